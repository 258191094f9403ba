"""What the week cost people: pages, nights, shifts over the ceiling, times, floods; by team."""

from router.noise.review import Review, TeamReview
from router.report.words.language import Words, named
from router.report.words.line import Line, Part

SLOW_S = 900.0
"""A page that is acknowledged later than this asks for an escalation step."""
SHIFTS_SHOWN = 3


def nights_part(review: Review, words: Words) -> Part:
    """Return quiet hours lost and shifts over the ceiling, of every team that lost any; one line where none did."""
    lines = [line for team in review.teams if team.night for line in nights(team, words)]
    lines += [line for team in review.teams for line in shifts(team, words)]
    if not lines and any(team.pages for team in review.teams):
        lines = [Line(words.say("nights_quiet"), words.say("do_nights_none"))]
    return Part("nights", words.say("title_nights"), tuple(lines))


def team_lines(team: TeamReview, words: Words) -> list[Line]:
    """Return what one team's week was like: pages, nights, shifts, times, floods."""
    name = named(team.name, 30)
    do = words.say("do_team_pages" if team.wolf_pages else "do_good")
    told = {"n": team.pages, "wolves": team.wolf_pages, "before": team.pages_before}
    pages = [Line(words.say("team_pages", team=name, **told), do, name)]
    return [*pages, *nights(team, words), *shifts(team, words), *_times(team, words), *_floods(team, words)]


def nights(team: TeamReview, words: Words) -> list[Line]:
    """Return how many pages came at night and off hours; nothing for a team that was never called."""
    name = named(team.name, 30)
    if not team.pages:
        return []
    if not team.night:
        line = words.say("night_none", team=name, off=team.off_hours)
        return [Line(line, words.say("do_nights_none"), name)]
    told = {"n": team.night, "wolves": team.night_wolves, "off": team.off_hours}
    return [Line(words.say("night_line", team=name, **told), words.say(_night_step(team)), name)]


def _night_step(team: TeamReview) -> str:
    """Say that all were needed only where nothing was told that no SLO can vouch for and nobody acted on."""
    if team.night_wolves:
        return "do_nights"
    return "do_nights_ignored" if team.counts.ignored else "do_nights_real"


def shifts(team: TeamReview, words: Words) -> list[Line]:
    """Return the shifts with more pages than people can bear, heaviest first."""
    if not team.heavy_shifts:
        return []
    name = named(team.name, 30)
    heavy = [words.say("shift", at=words.at(each.start, team.zone), pages=each.pages) for each in team.heavy_shifts]
    told = {"n": len(heavy), "shifts": team.shifts, "list": words.list(heavy, SHIFTS_SHOWN)}
    return [Line(words.say("shift_line", team=name, **told), words.say("do_shifts"), name)]


def _times(team: TeamReview, words: Words) -> list[Line]:
    name, lines = named(team.name, 30), []
    acknowledge, resolve = team.time_to_acknowledge_s, team.time_to_resolve_s
    if acknowledge is not None:
        do = words.say("do_slow_acknowledge" if acknowledge > SLOW_S else "do_good")
        lines.append(Line(words.say("acknowledged_after", team=name, time=words.lasts(acknowledge)), do, name))
    if resolve is not None:
        told = words.say("resolved_after", team=name, time=words.lasts(resolve))
        lines.append(Line(told, words.say("do_resolve"), name))
    return lines


def _floods(team: TeamReview, words: Words) -> list[Line]:
    if not team.floods:
        return []
    name = named(team.name, 30)
    told = words.say("flood_line", team=name, n=team.floods, firings=team.flood_firings)
    return [Line(told, words.say("do_floods"), name)]
