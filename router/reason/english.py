"""The reason's words in English."""

from collections.abc import Mapping

from router.gate import Reason
from router.slo.verdict import Cause

WORDS: Mapping[str, str] = {
    "by_rate": "{slo}: {burning} ({level} at {limit}){facts}.",
    "by_share": "{slo}: {share} of the budget spent in {long} ({level} at {part}), {burning}{facts}.",
    "burning": "burning {rate} over {long} and {rate_short} over {short}",
    "burning_one": "burning {rate} over {long}",
    "spent": "{share} of the budget spent in {long}",
    "left": "{left} left",
    "exhausted": "the budget is exhausted ({used} used)",
    "gone": "gone in {duration} at this rate",
    "lasts": "enough until the window starts anew",
    "facts": "; {facts}",
    "join": ", ",
    "page": "page",
    "ticket": "ticket",
    "upgraded": " A ticket made a page: the budget is gone within 24 h.",
    "ratios": " The source has ratios only: how many events failed was not checked.",
    "frozen": "{slo} was burning at the page tier; the threat is kept, for nothing newer can be read: {cause}.",
    "unknown": "{slo} cannot be judged: {cause}; forwarded as received.",
    "outage": "{slo}: {cause}; forwarded as received.",
    "held": "held: no covering SLO is burning{rates}",
    "held_some": "held: no covering SLO burns fast enough to tell anyone{rates}",
    "rates": " ({rate}/{rate_short})",
    "pages_in": "; pages in about {duration} if errors reach {ratio}",
    "spent_already": "; its budget is exhausted",
    "watched": "held and watched: {doubt}",
    "until": "; forwarded if it still fires in {duration}",
    "doubt": "{slo} is {burning}, but on too few events to be sure ({bad} bad of {total} in {long})",
    "doubt_plain": "{slo} may be burning, but on too few events to be sure",
    "no_traffic": "{slo} had no traffic for a day, so nobody can be hurt yet",
    "held_too_long": "held and watched, and it still fires: {doubt}; forwarded as received.",
    "never_threatened": "dropped: it resolved while held, and no covering SLO was ever threatened{rates}.",
    "gap": "no alert announced this: {threat}",
    "burn_page": "an SLO burn alert at its page tier is the decision itself.",
    "burn_ticket": "an SLO burn alert at its ticket tier is the decision itself.",
    "says": " {threat}",
    "shadow": "shadow mode: forwarded; otherwise {would}",
    "threatened": "{slo}: its budget is threatened.",
    "no_slo": "the SLO",
}

PLAIN: Mapping[Reason, str] = {
    Reason.BYPASS: "on the bypass list, so never gated: forwarded as received.",
    Reason.UNMAPPED: "no SLO covers this alert, and no SLO is no proof of safety: forwarded as received.",
    Reason.HELD_FOR_A_DAY: "held for a day without ever threatening an SLO: fix or delete this alert.",
    Reason.NOTICE: "the router speaks about itself: somebody should know.",
    Reason.SHADOW: "shadow mode: forwarded, whatever the gate would have done.",
    Reason.JOINED: "merged: it joined an incident that people were already told about.",
    Reason.SILENCE: "suppressed: a silence matches it.",
    Reason.INHIBITION: "suppressed: another firing alert inhibits it.",
    Reason.MUTE_TIME: "suppressed: its route is muted at this time.",
}

CAUSES: Mapping[Cause, str] = {
    Cause.NONE: "nothing is known about it",
    Cause.NO_DATA: "no data{detail}",
    Cause.TRAFFIC_CESSATION: "its traffic has stopped{detail}",
    Cause.WARMING_UP: "its data is too young to clear anything",
    Cause.SOURCE_UNREACHABLE: "its source did not answer{detail}",
    Cause.STALE: "its data is stale{age}",
    Cause.OUT_OF_RANGE: "it reports more bad events than events{detail}",
    Cause.TOTAL_OUTAGE: "most events fail{ratio}, though its goal is too loose for a tier to fire yet",
    Cause.CONFIG: "it is not set up to be evaluated{detail}",
    Cause.SCOPE: "its scope does not include this alert's, so it cannot clear it",
    Cause.LOW_EVIDENCE: "too few events to be sure",
    Cause.NO_TRAFFIC: "no traffic for a day",
}

EXTRAS: Mapping[str, str] = {
    "detail": " ({detail})",
    "age": " (newest sample {duration} old)",
    "future": " (newest sample {duration} in the future)",
    "timeless": " (samples without a time)",
    "ratio": " ({ratio} bad)",
}
