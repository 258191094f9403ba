"""What people do about an incident, and what keeps it quiet: who wins, what is called, what the message says."""

import pytest

from router.gate import Outcome
from router.incident import Call, Deed, Life, Person, Phase, ReplyCode, Say, View
from router.incident.life import EscalationStep, Stage
from router.slo.objective import Level, Tier
from router.slo.verdict import Assessment, Verdict
from tests.support.episodes import Bench
from tests.support.lives import BYPASS, CALM, GAP, GATED, PAGES, TOLD, fires, resolves, waits

ADA, SATO = "U0ADA", "U0SATO"
HOUR = 3_600.0
BUSY = Life(remind_s=0.0)


def paged(life: Life = BUSY) -> Bench:
    """A page that people know of."""
    bench = Bench({"x": GATED}, life=life)
    for act in (PAGES, fires(), TOLD):
        act(bench)
    return bench


def root(bench: Bench) -> View:
    """The incident's message as it stands."""
    return bench.slack.posts(Say.ROOT)[0].views[-1]


def burns(bench: Bench, threshold: float) -> None:
    """The SLO burns at the tier with this threshold."""
    tier = Tier(Level.PAGE, "1h", "5m", threshold, 0.02)
    bench.verdicts["a"] = Assessment("a", Verdict.THREAT_PAGE, tier=tier, budget_remaining=0.5)
    bench.due_at = bench.now
    bench.work()


def test_the_first_of_two_who_acknowledge_has_it_and_the_message_shows_it_at_once() -> None:
    bench = paged()
    bench.does(Deed.ACKNOWLEDGE, ADA)
    bench.does(Deed.ACKNOWLEDGE, SATO)
    bench.work()
    assert root(bench).handling.owner == Person(ADA, "U0Ada")
    assert bench.replies == [(Deed.ACKNOWLEDGE, ReplyCode.DONE), (Deed.ACKNOWLEDGE, ReplyCode.ALREADY)]


def test_release_gives_it_back_and_another_can_take_it() -> None:
    bench = paged()
    for deed, who in ((Deed.ACKNOWLEDGE, ADA), (Deed.RELEASE, SATO), (Deed.RELEASE, SATO), (Deed.ACKNOWLEDGE, SATO)):
        bench.does(deed, who)
        bench.work()
    assert root(bench).handling.owner == Person(SATO, "U0Sato")
    assert root(bench).handling.acknowledged_by == Person(ADA, "U0Ada"), "who answered the page first stays recorded"
    assert [code for _, code in bench.replies] == [
        ReplyCode.DONE,
        ReplyCode.DONE,
        ReplyCode.NOTHING,
        ReplyCode.DONE,
    ]


def test_hand_over_mentions_the_new_owner_in_the_thread_once() -> None:
    bench = paged()
    bench.does(Deed.HAND_OVER, ADA, to=Person(SATO, "Sato"))
    bench.work()
    bench.pass_time(600)
    assert root(bench).handling.owner == Person(SATO, "Sato")
    assert bench.asked() == [(Call.HANDED_OVER, f"<@{SATO}>")]
    assert bench.calls() == []


def test_a_snooze_keeps_reminders_quiet_until_it_is_over_and_then_calls() -> None:
    bench = paged()
    bench.repeat_interval_s = 600.0
    bench.does(Deed.SNOOZE, ADA, until=bench.now + HOUR)
    bench.work()
    bench.pass_time(HOUR - 60)
    assert bench.calls() == []
    assert root(bench).handling.snooze is not None
    bench.pass_time(120)
    assert bench.calls() == [Call.WOKEN]
    assert root(bench).handling.snooze is None


def test_a_snooze_ends_early_when_the_burn_class_rises_and_not_when_it_swings() -> None:
    bench = paged()
    burns(bench, 6.0)
    bench.does(Deed.SNOOZE, ADA, until=bench.now + HOUR)
    bench.work()
    burns(bench, 1.0)
    burns(bench, 6.0)
    assert bench.calls() == []
    burns(bench, 14.4)
    assert bench.calls() == [Call.WOKEN]


def test_waking_by_hand_calls_nobody() -> None:
    bench = paged()
    bench.does(Deed.SNOOZE, ADA, until=bench.now + HOUR)
    bench.does(Deed.WAKE, ADA)
    bench.work()
    bench.pass_time(2 * HOUR)
    assert bench.calls() == []


def test_a_snooze_in_the_past_does_nothing() -> None:
    bench = paged()
    bench.does(Deed.SNOOZE, ADA, until=bench.now)
    bench.work()
    assert bench.replies == [(Deed.SNOOZE, ReplyCode.NOTHING)]


def test_what_fires_again_during_a_snooze_is_shown_and_calls_nobody() -> None:
    bench = Bench({"x": BYPASS}, life=BUSY)
    for act in (fires(), TOLD):
        act(bench)
    bench.does(Deed.SNOOZE, ADA, until=bench.now + HOUR)
    for act in (waits(5), resolves(), waits(60), fires(), waits(60)):
        act(bench)
    assert bench.calls() == []
    assert root(bench).phase is Phase.FIRING
    assert root(bench).refires == 1


def test_a_wolf_with_its_reason_an_undo_and_a_real_after_it_was_over() -> None:
    bench = paged()
    bench.does(Deed.WOLF, ADA)
    bench.does(Deed.WOLF, ADA, reason="duplicate")
    bench.work()
    mark = root(bench).handling.mark
    assert mark is not None
    assert (mark.wolf, mark.reason) == (True, "duplicate")
    bench.does(Deed.UNMARK, SATO)
    bench.work()
    assert root(bench).handling.mark is None
    for act in (CALM, resolves(), waits(60)):
        act(bench)
    assert root(bench).phase is Phase.RESOLVED
    ended = root(bench).ended_at
    bench.pass_time(300)
    bench.does(Deed.REAL, ADA)
    bench.work()
    mark = root(bench).handling.mark
    assert mark is not None
    assert not mark.wolf
    assert root(bench).phase is Phase.RESOLVED, "the message that is over shows the mark"
    assert root(bench).ended_at == ended
    assert bench.calls() == []


def test_acknowledge_snooze_and_resolve_of_what_is_over_are_answered_politely() -> None:
    bench = paged()
    for act in (CALM, resolves(), waits(60)):
        act(bench)
    for deed in (Deed.ACKNOWLEDGE, Deed.SNOOZE, Deed.RESOLVE, Deed.HAND_OVER):
        bench.does(deed, until=bench.now + HOUR)
    bench.work()
    assert {code for _, code in bench.replies} == {ReplyCode.CLOSED}


def test_resolved_by_hand_stays_resolved_while_the_same_alerts_fire() -> None:
    bench = paged()
    bench.does(Deed.RESOLVE, ADA)
    bench.work()
    assert root(bench).phase is Phase.RESOLVED
    bench.pass_time(HOUR)
    assert (root(bench).phase, bench.calls()) == (Phase.RESOLVED, [])
    for act in (CALM, resolves(), waits(60)):
        act(bench)
    assert (root(bench).phase, bench.calls()) == (Phase.RESOLVED, [])
    bench.pass_time(HOUR)
    assert bench.stored is None, "over and forgotten like any other"


def test_what_is_new_after_a_resolve_by_hand_speaks_again() -> None:
    bench = paged()
    bench.does(Deed.RESOLVE, ADA)
    bench.work()
    bench.pass_time(60)
    fires()(bench)
    bench.pass_time(30)
    assert root(bench).phase is Phase.FIRING
    assert bench.calls() == [Call.REFIRED]
    assert root(bench).handling.resolved is None
    assert root(bench).handling.owner is None, "another episode must be taken again"


def test_what_gets_worse_after_a_resolve_by_hand_speaks_again() -> None:
    bench = paged()
    burns(bench, 6.0)
    bench.does(Deed.RESOLVE, ADA)
    bench.work()
    burns(bench, 14.4)
    bench.pass_time(10)
    assert root(bench).phase is Phase.FIRING
    assert bench.calls() == [Call.REFIRED]


def test_a_page_that_nobody_takes_is_escalated_step_by_step() -> None:
    steps = (
        EscalationStep(300.0, mention="<@U0SECOND>"),
        EscalationStep(600.0, receiver="managers", channel="CBOSS"),
        EscalationStep(900.0, mention="<!channel>"),
    )
    bench = paged(Life(steps=steps))
    bench.pass_time(2 * HOUR)
    assert bench.calls() == [Call.UNACKNOWLEDGED, Call.UNACKNOWLEDGED]
    mentions = [message.views[0].call_mention for message in bench.slack.posts(Say.BROADCAST)]
    assert mentions == ["<@U0SECOND>", "<!channel>"]
    assert [channel for channel, _, _ in bench.roots()] == ["C1", "CBOSS"]
    threads = {message.channel for message in bench.slack.posts(Say.BROADCAST)}
    assert threads == {"C1"}, "calls stay in the thread of the incident's own message"
    for act in (CALM, resolves(), waits(60)):
        act(bench)
    assert {phase for _, _, phase in bench.roots()} == {Phase.RESOLVED}, "every message says that it is over"


@pytest.mark.parametrize("deed", [Deed.ACKNOWLEDGE, Deed.SNOOZE])
def test_who_acknowledges_or_snoozes_ends_the_escalation(deed: Deed) -> None:
    bench = paged(Life(steps=(EscalationStep(300.0, mention="<@U0SECOND>"),), remind_s=0.0))
    bench.does(deed, ADA, until=bench.now + HOUR)
    bench.work()
    bench.pass_time(HOUR - 60)
    assert bench.calls() == []


def test_after_a_snooze_the_steps_give_people_time_again() -> None:
    steps = (EscalationStep(300.0, mention="<@U0SECOND>"), EscalationStep(600.0, mention="<@U0THIRD>"))
    bench = paged(Life(steps=steps))
    bench.does(Deed.SNOOZE, ADA, until=bench.now + HOUR)
    bench.work()
    bench.pass_time(HOUR + 30)
    assert bench.calls() == [Call.WOKEN]
    bench.pass_time(300)
    assert bench.calls() == [Call.WOKEN, Call.UNACKNOWLEDGED]
    bench.pass_time(300)
    assert bench.calls() == [Call.WOKEN, Call.UNACKNOWLEDGED, Call.UNACKNOWLEDGED]


@pytest.mark.parametrize(("owner", "calls"), [(None, [Call.BURNS_ON]), (ADA, [])])
def test_where_only_the_slo_still_speaks_the_call_says_so_unless_somebody_has_it(
    owner: str | None, calls: list[Call]
) -> None:
    bench = Bench({"x": GATED, "slo": GAP}, life=BUSY)
    for act in (PAGES, fires("x"), TOLD):
        act(bench)
    if owner is not None:
        bench.does(Deed.ACKNOWLEDGE, owner)
    bench.silence("x")
    bench.work()
    fires("slo")(bench)
    bench.pass_time(30)
    assert root(bench).phase is Phase.FIRING
    assert bench.calls() == calls


def test_a_ticket_is_never_escalated() -> None:
    bench = Bench({"x": BYPASS}, life=Life(steps=(EscalationStep(300.0, mention="<@U0SECOND>"),)))
    for act in (fires(), TOLD, waits(1_000)):
        act(bench)
    assert bench.calls() == []


def test_a_forgotten_acknowledgement_is_asked_about_again_and_again_in_the_thread() -> None:
    bench = paged(Life(remind_s=HOUR))
    bench.does(Deed.ACKNOWLEDGE, ADA)
    bench.work()
    bench.pass_time(HOUR * 2.5)
    assert bench.asked() == [(Call.FORGOTTEN, f"<@{ADA}>")] * 2
    assert bench.calls() == []


def test_who_has_it_is_called_instead_of_everybody_and_reminders_stop() -> None:
    bench = paged()
    bench.repeat_interval_s = 600.0
    bench.does(Deed.ACKNOWLEDGE, ADA)
    bench.work()
    bench.pass_time(HOUR)
    assert bench.calls() == []


def test_a_silence_over_all_alerts_is_shown_and_its_end_calls() -> None:
    bench = paged()
    bench.silence("x")
    bench.work()
    assert (root(bench).phase, root(bench).alerts_muted, bench.stage) == (Phase.MUTED, 1, Stage.MUTED)
    bench.pass_time(5 * HOUR)
    assert bench.calls() == []
    bench.silence("x", over=True)
    bench.work()
    assert root(bench).phase is Phase.FIRING
    assert bench.calls() == [Call.UNMUTED]
    assert bench.outcomes() == [Outcome.PAGE]


def test_an_alert_that_resolves_while_it_is_silenced_is_told_to_be_over() -> None:
    bench = paged()
    bench.silence("x")
    for act in (waits(60), CALM, resolves("ms.x"), waits(60)):
        act(bench)
    assert root(bench).phase is Phase.RESOLVED
    assert bench.calls() == []


def test_what_was_silenced_before_anybody_was_told_stays_unsaid_and_ends_suppressed() -> None:
    bench = Bench({"x": GATED}, life=BUSY)
    for act in (PAGES, fires(), waits(5)):
        act(bench)
    bench.silence("x")
    for act in (waits(600), resolves("ms.x"), waits(60)):
        act(bench)
    assert bench.roots() == []
    assert bench.outcomes() == [Outcome.SUPPRESS]


def test_what_still_fires_when_its_silence_ends_is_told_like_any_other() -> None:
    bench = Bench({"x": GATED}, life=BUSY)
    bench.fire("x")
    bench.silence("x")
    for act in (PAGES, waits(600)):
        act(bench)
    assert bench.roots() == []
    bench.silence("x", over=True)
    for act in (waits(30),):
        act(bench)
    assert bench.roots() == [("C1", Outcome.PAGE, Phase.FIRING)]
    assert bench.outcomes() == [Outcome.PAGE]


def test_a_silenced_alert_keeps_nobody_from_hearing_of_the_others() -> None:
    bench = Bench({"x": GATED, "y": GATED}, life=BUSY)
    for act in (PAGES, fires("x"), fires("y"), TOLD):
        act(bench)
    bench.silence("y")
    bench.work()
    assert root(bench).phase is Phase.FIRING
    assert root(bench).alerts_muted == 1


def test_in_a_mute_time_nobody_is_told_and_afterwards_what_still_fires_is() -> None:
    bench = Bench({"x": GATED}, life=BUSY, mute_time=True)
    for act in (PAGES, fires(), waits(600)):
        act(bench)
    assert bench.roots() == []
    bench.mute_time = False
    waits(60)(bench)
    assert bench.roots() == [("C1", Outcome.PAGE, Phase.FIRING)]


def test_a_told_page_is_quiet_in_a_mute_time_and_its_end_is_shown() -> None:
    bench = paged()
    bench.repeat_interval_s = 600.0
    bench.mute_time = True
    bench.pass_time(HOUR)
    assert root(bench).phase is Phase.MUTED
    for act in (CALM, resolves(), waits(60)):
        act(bench)
    assert root(bench).phase is Phase.RESOLVED
    assert bench.calls() == []


def test_firing_again_three_times_in_half_an_hour_is_flapping() -> None:
    bench = Bench({"x": BYPASS}, life=BUSY)
    for act in (fires(), TOLD, resolves(), *(waits(60), fires(), waits(60), resolves()) * 3, waits(60), fires(), TOLD):
        act(bench)
    assert root(bench).flapping == 4
    assert bench.calls() == [Call.REFIRED]


def test_what_changes_nothing_that_people_see_needs_no_edit() -> None:
    bench = paged()
    bench.does(Deed.ACKNOWLEDGE, ADA)
    bench.work()
    shown = len(bench.slack.posts(Say.ROOT)[0].views)
    for deed in (Deed.GUIDE, Deed.ACKNOWLEDGE, Deed.WAKE):
        bench.does(deed, SATO)
        bench.work()
    assert len(bench.slack.posts(Say.ROOT)[0].views) == shown
    assert bench.stored is not None
    assert bench.stored.handling.guide_at is not None


def test_what_is_held_cannot_be_in_somebodys_hands() -> None:
    bench = Bench({"x": GATED}, life=BUSY)
    for act in (fires(), waits(60)):
        act(bench)
    bench.does(Deed.ACKNOWLEDGE, ADA)
    bench.work()
    assert bench.replies == [(Deed.ACKNOWLEDGE, ReplyCode.CLOSED)]
    for act in (PAGES, TOLD):
        act(bench)
    assert root(bench).handling.owner is None, "the page is nobody's yet"


def test_resolved_by_hand_while_only_the_budget_burns_is_over() -> None:
    bench = paged()
    burns(bench, 14.4)
    resolves()(bench)
    assert root(bench).phase is Phase.BURNING
    bench.does(Deed.RESOLVE, ADA)
    bench.work()
    bench.pass_time(120)
    assert root(bench).phase is Phase.RESOLVED


def test_a_snooze_while_only_the_budget_burns_lasts_when_the_alert_is_back_at_the_same_burn() -> None:
    bench = paged()
    burns(bench, 14.4)
    resolves()(bench)
    bench.does(Deed.SNOOZE, ADA, until=bench.now + HOUR)
    bench.work()
    for act in (fires(), waits(60)):
        act(bench)
    assert bench.calls() == []


def test_the_message_says_when_what_was_called_over_stops_firing() -> None:
    bench = paged()
    bench.does(Deed.RESOLVE, ADA)
    bench.work()
    assert root(bench).alerts_firing == 1
    for act in (CALM, resolves(), waits(30)):
        act(bench)
    assert (root(bench).phase, root(bench).alerts_firing) == (Phase.RESOLVED, 0)


def test_a_second_outage_after_a_resolve_by_hand_is_told() -> None:
    bench = paged()
    burns(bench, 14.4)
    bench.does(Deed.RESOLVE, ADA)
    for act in (waits(60), CALM, waits(3_600)):
        act(bench)
    burns(bench, 14.4)
    bench.pass_time(30)
    assert root(bench).phase is Phase.FIRING
    assert bench.calls() == [Call.REFIRED]


def test_what_keeps_it_quiet_may_come_and_go_without_waking_everybody_each_time() -> None:
    bench = paged()
    for _ in range(5):
        bench.silence("x")
        bench.work()
        bench.pass_time(60)
        bench.silence("x", over=True)
        bench.work()
        bench.pass_time(60)
    assert bench.calls() == [Call.UNMUTED]


def test_a_told_alert_that_is_silenced_is_not_called_resolved_when_an_untold_one_ends() -> None:
    bench = Bench({"x": GATED, "y": BYPASS}, life=BUSY)
    for act in (PAGES, fires("x"), TOLD):
        act(bench)
    bench.silence("x")
    bench.work()
    bench.fire("ms.x")
    bench.work()
    bench.resolve("ms.x", every=False)
    assert root(bench).phase is Phase.MUTED
