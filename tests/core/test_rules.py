"""Rule packs: those that ship are whole, cited and mild in their words; what is wrong in one is named by its line."""

import re
from datetime import date
from pathlib import Path

import pytest

from core.config import read
from core.errors import InputError
from core.records import Action, Role
from core.rules import Act, Holidays, Overlay, Pack, RuleClass, Side

SHIPPED = Path(__file__).parents[2] / "rules"
REGIMES = ("pilkada", "pemilu")
ACCUSING = ("pelanggar", "bersalah", "terbukti", "offender", "guilty", "violat")
BOTH = (Side.BEFORE, Side.AFTER)


def pack(name: str) -> Pack:
    return read(SHIPPED / f"{name}.yaml", lambda _: Pack)


def changed(folder: Path, old: str, new: str, *, name: str = "pilkada") -> Path:
    text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "sendiri.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("regime", REGIMES)
def test_a_pack_that_ships_says_something_of_every_act_role_and_phase(regime: str) -> None:
    found = pack(regime)

    silent = [(act, role, side) for act in Act for role in Role for side in BOTH
              if found.entry_for(act, role, side, None) is None]  # fmt: skip

    assert silent == []
    assert found.regime == regime
    assert found.verified_by is None


@pytest.mark.parametrize("regime", REGIMES)
def test_the_same_like_has_six_right_classes_and_addressees(regime: str) -> None:
    found = pack(regime)
    told = {}
    for role in (Role.ASN, Role.DESA, Role.KELURAHAN):
        for side in BOTH:
            entry = found.entry_for(Action.LIKED, role, side, None)
            assert entry is not None
            told[role, side] = entry.rule_class, entry.addressee, [one.rule_class for one in entry.further]

    assert told == {
        (Role.ASN, Side.BEFORE): (RuleClass.ETHICS, "bkn", []),
        (Role.ASN, Side.AFTER): (RuleClass.DISCIPLINE, "bkn", []),
        (Role.DESA, Side.BEFORE): (RuleClass.STUDY, "bupati", []),
        (Role.DESA, Side.AFTER): (RuleClass.VILLAGE, "bupati", [RuleClass.CRIMINAL]),
        (Role.KELURAHAN, Side.BEFORE): (RuleClass.STUDY, "responsible", []),
        (Role.KELURAHAN, Side.AFTER): (RuleClass.STUDY, "responsible", []),
    }
    assert "ditanyakan" in found.addressees["responsible"].id


@pytest.mark.parametrize("regime", REGIMES)
def test_to_follow_is_information_and_a_campaign_is_never_assessed(regime: str) -> None:
    found = pack(regime)

    followed = [found.entry_for(Act.FOLLOWED, role, side, None) for role in Role for side in BOTH]

    assert {one.rule_class for one in followed if one} == {RuleClass.INFORMATION, RuleClass.NEVER}
    assert {one.rule_class for act in Act if (one := found.entry_for(act, Role.CAMPAIGN, Side.AFTER, None))} == {
        RuleClass.NEVER
    }


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_file_of_rules_speaks_of_anybody_as_found_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8").casefold()

    assert [word for word in ACCUSING if word in text] == []


def test_an_overlay_changes_entries_of_its_base_and_nothing_else() -> None:
    base, over = pack("pilkada"), read(SHIPPED / "blitar.yaml", lambda _: Overlay)

    laid = over.over(base)

    follow, before = laid.entry("follow"), base.entry("follow")
    assert follow is not None
    assert before is not None
    assert (follow.note != before.note, follow.acts, follow.rule_class) == (True, before.acts, RuleClass.INFORMATION)
    assert [one for one in laid.entries if one.id != "follow"] == [one for one in base.entries if one.id != "follow"]
    assert over.misses(base) == []
    assert over.holds("35.05.01", date(2029, 1, 1))
    assert not over.holds("35.06", date(2029, 1, 1))
    assert not over.holds("35.05", date(2024, 1, 1))


def test_the_holidays_that_ship_have_a_date_of_their_own() -> None:
    found = read(SHIPPED / "holidays.yaml", lambda _: Holidays)

    assert {one.day for one in found.fixed} == {"01-01", "05-01", "06-01", "08-17", "12-25"}
    assert found.years == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("class: ethics", "class: berat", "not_one_of"),
        ("class: ethics", "klas: ethics", "unknown_key"),
        ("    addressee: bkn", "    addressee: siapa", "addressee_unknown"),
        ("    queue: true", "    queue: false", "queue_deadline"),
        ("sure: press", "sure: yakin", "not_one_of"),
        ("valid_to: null", "valid_to: 2020-01-01", "dates_reversed"),
        ("phases: [before]", "phases: [before, after]", "rule_twice"),
        ("    phases: [before]", "    phases: [unknown]", "rule_not_sayable"),
        ("id: asn-like-after", "id: asn-like-before", "id_twice"),
        ("    acts: [liked]", "    acts: [liked, followed]", "follow_flagged"),
        ("version: ", "versi: ", "missing_key"),
        ("jurisdiction: nasional", "jurisdiction: Blitar", "wrong_form"),
    ],
)
def test_what_is_wrong_in_a_pack_is_named_with_its_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(changed(tmp_path, old, new), lambda _: Pack)

    assert caught.value.code == "rules_invalid"
    assert code in {one.code for one in caught.value.problems}
    assert all(one.row for one in caught.value.problems)


def test_a_holiday_lies_in_its_year(tmp_path: Path) -> None:
    path = tmp_path / "holidays.yaml"
    day = "{date: 2030-01-02, name: rekaan}"
    path.write_text(f"years:\n  - {{year: 2029, source: SKB rekaan, days: [{day}]}}\n", encoding="utf-8")

    with pytest.raises(InputError) as caught:
        read(path, lambda _: Holidays)

    assert [one.code for one in caught.value.problems] == ["holiday_outside"]


def test_every_citation_that_ships_says_how_sure_it_is() -> None:
    for regime in REGIMES:
        text = (SHIPPED / f"{regime}.yaml").read_text(encoding="utf-8")
        assert len(re.findall(r"instrument:", text)) == len(re.findall(r"sure: (?:text|press|mem|guess)\}", text))
