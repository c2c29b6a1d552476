"""What the record of deeds, the papers that go out and the holds are told in."""

from enum import StrEnum


class Did(StrEnum):
    """What the record of deeds says that somebody did, on the page or by a command."""

    LOGIN = "did_login"
    LOGIN_FAILED = "did_login_failed"
    OPEN = "did_open"
    EXPORT = "did_export"
    REPORT = "did_report"
    DATASET = "did_dataset"
    SELFCHECK = "did_selfcheck"
    EVIDENCE = "did_evidence"
    IMPORT = "did_import"
    RUN = "did_run"
    DIGEST = "did_digest"
    WATCHLIST = "did_watchlist"
    ONE_SIDED = "did_one_sided"
    MODEL = "did_model"
    ADD_PERSON = "did_add_person"
    PASSWORD = "did_password"  # noqa: S105  (a deed)
    DUTY = "did_duty"
    LEAVE = "did_leave"
    COME_BACK = "did_come_back"
    CASE_OPEN = "did_case_open"
    CASE_MOVE = "did_case_move"
    CASE_AGREE = "did_case_agree"
    CASE_DECLINE = "did_case_decline"
    CASE_ADD = "did_case_add"
    CASE_EXPORT = "did_case_export"
    IDENTITY_KEEP = "did_identity_keep"
    IDENTITY_USE = "did_identity_use"
    DECIDE = "did_decide"
    UNDO = "did_undo"
    REVIEW = "did_review"
    LABEL = "did_label"
    DRAW = "did_draw"
    CRAWL = "did_crawl"
    SETTINGS = "did_settings"
    CONTEST = "did_contest"
    PERMISSION = "did_permission"
    CAPTURE = "did_capture"
    READ = "did_read"
    REPARSE = "did_reparse"
    CLASSIFY = "did_classify"
    RETRAIN = "did_retrain"
    KEEP = "did_keep"
    RELEASE = "did_release"
    SERVE = "did_serve"
    MIGRATE = "did_migrate"
    BACKUP = "did_backup"
    RESTORE = "did_restore"
    PURGE = "did_purge"
    SUBJECT = "did_subject"
    KEY = "did_key"
    SEAL = "did_seal"
    STAMP = "did_stamp"
    HOLD = "did_hold"
    LIFT_HOLD = "did_lift_hold"
    CORRECT = "did_correct"
    UNDO_CORRECTION = "did_undo_correction"
    SIGN_RULES = "did_sign_rules"
    PHASE = "did_set_phase"


class Correction(StrEnum):
    """Why the matches of an account are withdrawn."""

    WRONG_PERSON = "wrong_person"
    NOT_ASN = "not_asn"
    NOT_INSTITUTION = "not_institution"
    RETIRED = "retired"
    FALSE_ACCOUNT = "false_account"
    LISTED_BY_MISTAKE = "listed_by_mistake"


class Went(StrEnum):
    """Which kind of file went out."""

    REVIEW_FILE = "review_file"
    TEXTS = "texts_file"
    BRIDGE = "bridge_file"
    REPORT = "report_file"
    EVIDENCE = "evidence_package"
    SUBJECT_REPORT = "subject_report"
    BACKUP = "backup_file"
    DOSSIER = "dossier"
    DATASET = "dataset"
    SELFCHECK = "selfcheck_file"


class HoldKind(StrEnum):
    """What a legal hold keeps."""

    MATCH = "match"
    ACCOUNT = "account"
    CONTEST = "contest"


class Duty(StrEnum):
    """What a person who works with tilik may do: run it, judge, or both and more."""

    OPERATOR = "operator"
    REVIEWER = "verifikator"
    ADMIN = "admin"
