"""Japanese (日本語): deeds, buttons, calls, storms."""

from router.gate import Outcome
from router.incident import Call, WolfReason
from router.slack.texts.groups import ButtonWords, CallWords, ConfirmWords, DeedWords, SilenceWords, StormWords
from router.slack.values import Choice

BUTTONS = ButtonWords(
    acknowledge="対応する",
    open_guide="手順書を開く",
    open_source="発生元を開く",
    wolf="狼アラート",
    real="本物だった",
    unmark="判定を取り消す",
    resolve="解決にする",
    wake="スヌーズ解除",
    why="理由を見る",
    why_told={
        Outcome.PAGE: "なぜページされた？",
        Outcome.TICKET: "なぜチケットに？",
        Outcome.FORWARD: "なぜ届いた？",
    },
    choices={
        Choice.SNOOZE_30M: "30分スヌーズ",
        Choice.SNOOZE_2H: "2時間スヌーズ",
        Choice.SNOOZE_MORNING: "翌営業日の朝までスヌーズ",
        Choice.SILENCE: "サイレンス…",
        Choice.HAND_OVER: "引き継ぐ…",
        Choice.RELEASE: "担当を外れる",
        Choice.REAL: "本物だった",
        Choice.RESOLVE: "解決にする",
    },
    acknowledge_all=("対応する", "{n}件すべて対応する"),
    extend="延長する",
    expire="今すぐ終了",
    sure_to_resolve=ConfirmWords(
        title="解決にしますか？",
        text="{what} を解決済みと表示します。まだ発生中のアラートは、悪化しない限り通知しません。",
        yes="解決にする",
        no="まだ",
    ),
    sure_to_acknowledge_all=ConfirmWords(
        title="未対応のページをすべて引き受けますか？",
        text="すべてあなたの担当になり、ほかの人は呼び出されません。",
        yes="すべて対応する",
        no="キャンセル",
    ),
    sure_to_expire=ConfirmWords(
        title="このサイレンスを終了しますか？",
        text="発生中のアラートはすぐに通知されます。終了したサイレンスは元に戻せません。",
        yes="終了する",
        no="残す",
    ),
)

DEEDS = DeedWords(
    somebody="担当者",
    after={Outcome.PAGE: "ページ", Outcome.TICKET: "チケット", Outcome.FORWARD: "通知"},
    acknowledged="*対応者* {person} {date} から（{what}の{time}後）",
    acknowledged_plainly="*対応者* {person} {date} から",
    owned="*対応者* {person} {date} から（最初の対応者：{first}）",
    released="*担当者なし*\n最初の対応者 {person} が担当を外れました。",
    snoozed="*スヌーズ* {until} まで（{person}）。悪化しない限り、それまで呼び出しません。",
    muted="*通知停止の理由*\n{by}",
    muted_means="アラートは発生中ですが、誰も呼び出しません。収まったら、このメッセージに表示します。",
    partly_muted=("{all}件中{n}件は通知を止めています：{by}", "{all}件中{n}件は通知を止めています：{by}"),
    by_silence="{person} のサイレンス",
    by_inhibition="抑制ルール（{name} が発生中）",
    by_mute_time="ミュート時間 {name}",
    until="、{until} まで",
    commented="（{comment}）",
    joined="／",
    and_more="ほか{n}件",
    wolf="*狼アラートと判定* {person} {date}{reason}",
    real="*本物と判定* {person} {date}",
    wolf_because="（{reason}）",
    wolf_reasons={
        WolfReason.NOT_ACTIONABLE: "対応することがない",
        WolfReason.DUPLICATE: "重複",
        WolfReason.WRONG_THRESHOLD: "しきい値が不適切",
        WolfReason.TEST: "テスト",
        WolfReason.OTHER: "その他",
    },
    missed="{person} から「ページすべきだった」と報告がありました。",
    resolved_by="*手動で解決* {person} {date}",
    fires_on=(
        "{n}件はまだ発生中ですが、悪化しない限り通知しません。",
        "{n}件はまだ発生中ですが、悪化しない限り通知しません。",
    ),
    told={
        Outcome.PAGE: "ページ {date}",
        Outcome.TICKET: "チケット {date}",
        Outcome.FORWARD: "通知 {date}",
    },
    told_acknowledged="対応開始 +{time}（{person}）",
    told_resolved="復旧 +{time}",
    told_again=("再発{n}回", "再発{n}回"),
    push_acknowledged="{person} が{after}の{time}後に対応開始：{what}{left}。",
    push_acknowledged_plainly="{person} が対応中：{what}{left}。",
    push_snoozed="{until} までスヌーズ中（{person}）：{what}{left}。",
    push_muted="通知停止中：{what}。発生中ですが、次の理由で通知しません：{by}。",
    push_resolved_by="{person} が{time}で解決：{what}。",
    push_acknowledged_by="対応：{person}。",
    push_wolf="狼アラートと判定（{person}）。",
    push_real="本物と判定（{person}）。",
    do_leave_it="ほかの人の対応は不要です。",
    do_snoozed="悪化しない限り、それまで呼び出しません。",
    do_muted="今は対応不要です。",
)

CALLS = CallWords(
    said={
        Call.REFIRED: "再発しました（{n}回目）：{what}。",
        Call.REPEATED: "{time}経過しても続いています：{what}。",
        Call.UNACKNOWLEDGED: "{waited}たっても誰も対応していません：{what}。",
        Call.WOKEN: "スヌーズが終わりましたが、まだ続いています：{what}。",
        Call.UNMUTED: "通知停止が終わりましたが、まだ続いています：{what}。",
        Call.BURNS_ON: "アラートは通知停止中ですが、SLO自体はページ水準で消費が続いています：{what}。"
        "対応するか、把握済みならスヌーズしてください。",
        Call.HANDED_OVER: "{owner} に引き継がれました：{what}。",
        Call.FORGOTTEN: "{owner} さん、まだ対応中ですか？ 担当してから{owned}たちました：{what}。",
    },
    escalated={
        Outcome.PAGE: "ページに引き上げました：{what}。",
        Outcome.TICKET: "チケットに引き上げました：{what}。",
        Outcome.FORWARD: "営業時間まで待てなくなりました：{what}。",
    },
    do={
        Call.UNACKNOWLEDGED: "Slackで「対応する」を押し、手順書を開いてください。",
        Call.FORGOTTEN: "対応が済んでいれば、元のメッセージから解決、引き継ぎ、または担当を外れてください。",
    },
)

SILENCES = SilenceWords(
    by="*設定した人*\n{person}",
    until="*終了*\n{date}",
    reason="*理由*\n{comment}",
    matchers="*対象*\n{matchers}",
    alerts="*通知を止めているアラート*\n{n}件",
    slos="*関係するSLO*\n{slos}",
)

STORM = StormWords(
    header="アラート嵐：{alerts}、{slos}が危険",
    header_bare="アラート嵐：{alerts}",
    alerts=("{n}件", "{n}件"),
    slos=("SLO {n}件", "SLO {n}件"),
    pages=("ページ{n}件", "ページ{n}件"),
    wolves=("狼アラート{n}件", "狼アラート{n}件"),
    body="新たにSLOを脅かすものは個別に通知し、それ以外はここにまとめます。",
    limited="Slack側で送信が制限されているため、ページを優先しています。",
    oldest="最も古い未送信メッセージの待ち時間：{time}。",
    kept="破棄したものはありません。",
    left="あと{time}",
    left_unknown="残り時間不明",
    spent="枯渇",
    sources="*主な発生元*\n{list}",
    counted="{name}（{n}件）",
    started="{id} · 開始 {date}",
    refusals="Slackの送信制限 {n}回",
    waiting=("送信待ち{n}件", "送信待ち{n}件"),
    push="アラート嵐：{alerts}。危険なSLO：{slos}。破棄したアラートはありません。",
    push_bare="アラート嵐：{alerts}。破棄したアラートはありません。",
    push_slo="{title}（{left}）",
    do="残り時間の短いSLOから対応してください。",
    over_header="アラート嵐は{time}で収束：{alerts}、{pages}、{wolves}",
    over_body="通常どおり1件ずつ通知しています。破棄したアラートはありません。対応は不要です。",
    push_over="アラート嵐は{time}で収束：{alerts}、{pages}、{wolves}。破棄したアラートはありません。",
)
