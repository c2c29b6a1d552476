"""The words of errors in a command line."""

from collections.abc import Mapping

from language.words import Words

USAGE: Mapping[str, Words] = {
    "command_unknown": Words(
        what="There is no command “{name}”.",
        why="Usage: {usage}",
        do="See all commands: {command} --help",
    ),
    "command_missing": Words(
        what="A command is missing.",
        why="Usage: {usage}",
        do="See all commands: {command} --help",
    ),
    "option_unknown": Words(
        what="There is no option {option} here.",
        why="Usage: {usage}",
        do="See all options: {command} --help",
    ),
    "option_needs_value": Words(
        what="The option {option} needs a value.",
        why="Usage: {usage}",
        do="Write it behind the option. See: {command} --help",
    ),
    "option_takes_no_value": Words(
        what="The option {option} takes no value.",
        why="Usage: {usage}",
        do="Write the option alone. See: {command} --help",
    ),
    "option_missing": Words(
        what="The option {option} is missing.",
        why="Usage: {usage}",
        do="Add it with its value. See: {command} --help",
    ),
    "argument_missing": Words(
        what="{name} is missing.",
        why="Usage: {usage}",
        do="Add it. See: {command} --help",
    ),
    "argument_unexpected": Words(
        what="More was typed than this command takes: {words}",
        why="Usage: {usage}",
        do="Leave it out, or put a name with spaces between quotation marks. See: {command} --help",
    ),
    "value_not_known": Words(
        what="“{value}” is no value of {parameter}.",
        why="These are known: {known}. Usage: {usage}",
        do="Choose one of them. See: {command} --help",
    ),
    "value_not_a_number": Words(
        what="“{value}” is no number; {parameter} needs one.",
        why="Usage: {usage}",
        do="Write a number in digits. See: {command} --help",
    ),
    "value_not_a_date": Words(
        what="“{value}” is no date; {parameter} needs one.",
        why="Usage: {usage}",
        do="Write it like 2029-11-28. See: {command} --help",
    ),
    "value_out_of_range": Words(
        what="“{value}” is too small or too large for {parameter}.",
        why="Allowed is: {limits}. Usage: {usage}",
        do="Choose another number. See: {command} --help",
    ),
    "value_not_usable": Words(
        what="“{value}” cannot be the value of {parameter}.",
        why="The cause: {said}",
        do="Correct it. See: {command} --help",
    ),
    "answers_do_not_fit": Words(
        what="These answers do not make settings: {count} of them do not fit.",
        why="Each one is listed below, by the row of config.yaml that it would have made.",
        do="Correct them and run again; nothing was written. See: tilik init --help",
    ),
    "platform_not_known": Words(
        what="There is no platform “{platform}”.",
        why="These are known: {known}.",
        do="See what can be collected from each: tilik platforms",
    ),
    "stopped": Words(
        what="Stopped.",
        why="Somebody pressed Ctrl-C, or ended the program.",
        do="Run the command again; it goes on where it can.",
    ),
    "bug": Words(
        what="This is a mistake in tilik: {kind}.",
        why="It should not happen, whatever was typed.",
        do="Please report it, with the lines on standard error.",
    ),
    "usage_wrong": Words(
        what="This command line cannot be understood: {said}",
        why="Usage: {usage}",
        do="See: {command} --help",
    ),
}
