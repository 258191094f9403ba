"""Japanese (日本語): why people are told, and what the router says about itself."""

from router.gate import Reason
from router.slack.texts.groups import NoticeWords
from router.slo.verdict import Cause

WHY = {
    Reason.THREAT_PAGE: "{slo} のエラーバジェットがページ水準で減っているため、ページしました。",
    Reason.THREAT_TICKET: "{slo} のエラーバジェットが、ゆっくりですが期間末までもたない速さで減っているため、"
    "チケットにしました。",
    Reason.BURN_ALERT: "{source} のSLOバーンレートアラートです（判定済みのため、そのまま通知しました）。",
    Reason.DETECTION_GAP: "検知漏れ：どのアラートも鳴らず、SLO自身が検知しました。"
    "対応後、先に気づけるアラートを追加してください。",
    Reason.BYPASS: "バイパス対象のラベルのため、常に転送されます。",
    Reason.UNMAPPED: "対応するSLOがないため転送しました。判定できるよう、router.yaml の mapping に追加してください。",
    Reason.SLO_UNKNOWN: "SLO未確認のまま転送（フェイルオープン）：{cause}。",
    Reason.HELD_TOO_LONG: "保留して様子を見ましたが、少数の失敗が続いているため転送しました。ご確認ください。",
    Reason.HELD_FOR_A_DAY: "1日途切れず保留しましたが、その間SLOへの脅威はありませんでした。",
}
CAUSES = {
    Cause.NO_DATA: "SLOのデータがありません",
    Cause.TRAFFIC_CESSATION: "トラフィックが途絶えています",
    Cause.WARMING_UP: "SLOの計測を始めたばかりで、まだ判定できません",
    Cause.SOURCE_UNREACHABLE: "データソースが応答しません",
    Cause.STALE: "データが古くなっています",
    Cause.OUT_OF_RANGE: "データが矛盾しています（成功または失敗が総数より多い）",
    Cause.TOTAL_OUTAGE: "目標は緩めですが、リクエストの大半が失敗しています",
    Cause.CONFIG: "SLOの設定に誤りがあります",
    Cause.LOW_EVIDENCE: "件数が少なく断定できません",
    Cause.NO_TRAFFIC: "丸1日トラフィックがありません",
    Cause.NONE: "情報がありません",
    Cause.SCOPE: "SLOの対象範囲外です",
}
NOTICES = {
    "slo_source": NoticeWords(
        header="SLO判定不能：アラートを絞り込まずに転送中",
        push="SLO判定不能（{time}継続）：{what} が応答しないため、アラートを絞り込まずに転送しています。",
        body="{what} から{time}応答がありません。エラーバジェットを確認できないため、"
        "関係するアラートはすべて転送します。失われるアラートはありません。"
        "{what} が動いているか、ルーターから届くかを確認してください。",
        over_header="SLO判定が{time}で復旧",
        over_body="{what} が応答し、通常どおりSLOで判定しています。対応は不要です。",
    ),
    "slo_blind": NoticeWords(
        header="判定不能：{what}",
        push="SLO {what} を{time}にわたり判定できていません。関係するアラートは絞り込まずに転送しています。",
        body="このSLOを{time}にわたり判定できていません。判定できるまで、関係するアラートは絞り込まずに転送します。"
        "クエリに一致する系列があるかを確認してください。",
        over_header="{time}で判定を再開：{what}",
        over_body="このSLOのデータが揃い、通常どおり判定しています。対応は不要です。",
    ),
    "quarantine": NoticeWords(
        header="読み取れないアラートを保管：{what}",
        push="{what} から読み取れないデータが届きました。保管済みですが、"
        "まだ誰にも通知されていません。ご確認ください。",
        body="{what} から読み取れないデータが届きました。内容は保管してありますが、アラートだった可能性があります。"
        "{what} の現在の状態を確認し、送信内容を直してください。",
        over_header="{what} から読み取れないデータは届かなくなりました",
        over_body="{what} から、読み取れないデータは最近届いていません。保管した内容は引き続き確認できます。",
    ),
    "route_broken": NoticeWords(
        header="Slackへの投稿が拒否されています：{what}",
        push="{what} への投稿をSlackが拒否しています。直るまで保留するか、代替チャンネルに届けます。",
        body="{what} への投稿をSlackが拒否しています。"
        "fallback_channel があればそちらに届きますが、なければ届かずに保留されます。"
        "チャンネルにアプリを招待するか、router.yaml の receivers で別のチャンネルを指定してください。",
        over_header="Slackへの投稿が復旧：{what}",
        over_body="{what} に再び届くようになりました。対応は不要です。",
    ),
    "stuck": NoticeWords(
        header="処理できないインシデント：{what}",
        push="インシデント {what} を処理できず、アラートが表示されていない可能性があります。送信元で確認してください。",
        body="インシデント {what} の処理に続けて失敗しました。アラートが表示されていない可能性があります。"
        "送信元で直接確認してください。詳細はルーターのログ（look_failed）にあります。",
        over_header="処理を再開：{what}",
        over_body="インシデント {what} を通常どおり処理しています。対応は不要です。",
    ),
    "silence_ending": NoticeWords(
        header="サイレンスがあと{left}で終了：{matchers}",
        push="{by} のサイレンス（{matchers}）があと{left}で終わります。"
        "延長しなければ、発生中のアラートは再び通知されます。",
        body="このサイレンスはまもなく終わり、止めていたアラートは再び通知されます。"
        "作業が終わっていなければ延長してください。",
        over_header="サイレンスの終了予告を解除：{matchers}",
        over_body="サイレンスは終了したか、延長されました。対応は不要です。",
    ),
    "silence_idle": NoticeWords(
        header="一致するアラートのないサイレンス：{matchers}",
        push="{by} のサイレンス（{matchers}）に一致するアラートが{time}ありません。"
        "作業が済んでいれば終了してください。",
        body="このサイレンスに一致するアラートが{time}ありません。作業が済んでいれば終了してください。"
        "忘れられたサイレンスは、次の本物のアラートを隠します。",
        over_header="サイレンスを確認済み：{matchers}",
        over_body="サイレンスは終了したか、再び一致するアラートがあります。対応は不要です。",
    ),
    "": NoticeWords(
        header="ルーターからのお知らせ：{what}",
        push="ルーターからのお知らせ：{what}。",
        body="{what}",
        over_header="{time}で解消：{what}",
        over_body="解消しました。対応は不要です。",
    ),
}
