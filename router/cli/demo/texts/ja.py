"""The demo in Japanese (日本語のデモ)."""

from router.cli.demo.texts.words import Words
from router.gate import Outcome, Reason

_NEWS = {
    "wolves_begin": "毎朝のように、Webサーバー2台でHighCPUが発報。SLOへの影響はないので、保留して見守ります。",
    "wolves_over": "ここまでの{dropped}件は、SLOを一度も脅かさずに収まったオオカミ少年アラート。"
    "Slackには出ていません。",
    "cause_fires": "DBConnectionsHighが発報。SLOへの影響はないので、保留して見守ります。",
    "deploy": "デプロイでカード決済が壊れ、決済の9%が失敗し始めました。"
    "まだどのアラートも鳴っていませんが、SLOには表れます。",
    "symptoms_join": "さらに3件が発報し、通知済みのインシデントに合流。新しいメッセージは出ません。",
    "rollback": "ロールバック完了。決済は正常に戻りました。",
    "lag_fires": "Datadogのモニター：検索インデックスが遅延。SLOのバジェットは2日前からゆっくり減っていますが、"
    "まだ通知するほどの速さではないため、保留して見守ります。",
    "queue_fires": "QueueDepthHighが発報。SLOへの影響はないので、保留して見守ります。",
    "blind": "Prometheusが応答しなくなりました。判定できないものを、隠してはいけません……",
    "night_begins": "夜。ディスクが埋まっては掃除され、CPUが跳ね、Podが再起動します。SLOへの影響はないので、"
    "保留して見守ります。",
    "night_over": "22:00以降に{night}件が発報しましたが、通知は{night_posted}件。誰も起こされませんでした。",
    "still_held": "ディスクのアラートが1件、まだ鳴っています。鳴っている間は破棄せず、保留のまま毎分判定し直します。",
}
_CAPTIONS = {
    Reason.THREAT_PAGE: "バジェットがページ水準で減り始めました。{since}から保留していたアラートが、"
    "手順書つきの1件のページになります。",
    Reason.THREAT_TICKET: "検索のバジェットがゆっくり減り続けています。{since}から保留していたアラートはチケットに。"
    "誰も起こしません。",
    Reason.BYPASS: "証明書の期限切れは、SLOに表れたときには手遅れです。バイパス対象なので、そのまま転送します。",
    Reason.UNMAPPED: "このアラートには対応するSLOがありません。安全とは言い切れないので、転送します。",
    Reason.SLO_UNKNOWN: "……そこで、保留していたアラートを理由つきで転送します（フェイルオープン）。",
    Reason.NOTICE: "ルーター自身が「判定できない」と知らせます。",
}
_SUMMARIES = {
    "HighCPU": "CPU使用率が2分間90%を超えています",
    "PodRestart": "Podが再起動しました",
    "DiskAlmostFull": "ディスク使用率が85%です",
    "DBConnectionsHigh": "決済DBの接続の92%が使用中です",
    "CheckoutErrorRateHigh": "決済の5%以上が失敗しています",
    "PaymentLatencyHigh": "/pay の p99 が3秒を超えています",
    "CertificateExpiresSoon": "shop.example.com の証明書が6日後に期限切れになります",
    "SearchIndexLag": "検索インデックスがカタログより40分遅れています",
    "CouponExportStuck": "クーポンのエクスポートが2時間終わっていません",
    "QueueDepthHigh": "5,000件の注文がキューで待っています",
}
_MEANINGS = {
    Reason.THREAT_PAGE: "SLOが危険になり、担当者を呼び出した",
    Reason.THREAT_TICKET: "ゆっくりした消費：勤務時間内に対応",
    Reason.BYPASS: "バイパス対象のため、常に転送",
    Reason.UNMAPPED: "対応するSLOなし：mapping に追加",
    Reason.SLO_UNKNOWN: "判定できないため、隠さずに転送",
    Reason.JOINED: "通知済みのメッセージに合流",
    Reason.NEVER_THREATENED: "オオカミ少年：SLOを脅かさずに収束",
    Reason.NO_THREAT: "まだ鳴っているので、見守り中",
}

JA = Words(
    locale="ja",
    title="SLO Alert Router：ある一日を1分以内で",
    intro=(
        "とあるWebショップの、08:00から翌朝08:00（UTC）まで。アラートはAlertmanager、Prometheus、Datadogが"
        "送るとおりに届き、本物のルーターが本物のValkey上で動きます。",
        "枠の中はSlackに出るメッセージ、「{hold}」のようなラベルはルーターの判断です。",
    ),
    slo_line="{title}：目標 {target}（{period}）、エラーバジェットの残り {left}",
    badges={
        Outcome.PAGE: "ページ",
        Outcome.TICKET: "チケット",
        Outcome.FORWARD: "転送",
        Outcome.HOLD: "保留",
        Outcome.DROP: "破棄",
        Outcome.MERGE: "合流",
        Outcome.SUPPRESS: "抑止",
    },
    edited="更新",
    notice="お知らせ",
    news=_NEWS,
    captions=_CAPTIONS,
    why="理由：{reason}",
    now_slo="{service} 毎秒{rate}件 バーンレート{burn}",
    now_firing="発報中 {n}件",
    summaries=_SUMMARIES,
    guide_checkout="決済エラーの手順書",
    guide_search="検索インデックスの手順書",
    closing="この日のアラートの行方",
    columns=("結果", "理由", "件数", "意味"),
    meanings=_MEANINGS,
    sum="合計",
    agrees="送信した{sent}件すべての行方を確認",
    differs="送信は{sent}件。一致しないのは不具合です",
    unaccounted="{n}件の行方がわかりません。不具合です。",
    forwarder="すべて転送した場合",
    router="このルーター",
    messages="{n}件（うち夜間 22:00〜07:00 は{night}件）",
    comma="、",
    quiet="静かな上書き更新：{edits}回。何も変えなかった再送と重複：{duplicates}件。",
    report="この1日の週次レポート（`alert-router report`、/reviewと/wolvesのページ、毎週月曜のSlack）：",
    wolves="オオカミ少年の上位：{list}。まずこのルールから直しましょう。",
    next="次にすること",
    next_steps=(
        ("make run", "同じルーターを 127.0.0.1:8080 で実際に動かす"),
        ("alert-router check", "config/router.yaml とSLOファイルの誤りをすべて見つける"),
        ("docs/configuration.md", "設定のすべてのキーを例つきで読む"),
    ),
    stopped="停止しました。動いているものは何も残っていません。",
)
