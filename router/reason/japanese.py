"""The reason's words in Japanese."""

from collections.abc import Mapping

from router.gate import Reason
from router.slo.verdict import Cause

WORDS: Mapping[str, str] = {
    "by_rate": "{slo}：{burning}（{level}の基準は{limit}）{facts}。",
    "by_share": "{slo}：直近{long}でバジェットの{share}を消費（{level}の基準は{part}）、{burning}{facts}。",
    "burning": "直近{long}で{rate}、直近{short}で{rate_short}のペースでバジェットを消費中",
    "burning_one": "直近{long}で{rate}のペースでバジェットを消費中",
    "spent": "直近{long}でバジェットの{share}を消費",
    "left": "残り{left}",
    "exhausted": "バジェットは枯渇（消費{used}）",
    "gone": "このペースなら{duration}で枯渇",
    "lasts": "次の期間の開始まではもつ見込み",
    "facts": "。{facts}",
    "join": "、",
    "page": "ページ",
    "ticket": "チケット",
    "upgraded": "24時間以内にバジェットが枯渇するため、チケットからページに引き上げました。",
    "ratios": "データソースに比率しかないため、失敗件数は確認していません。",
    "frozen": "{slo}はページ基準で消費中でした。以後のデータを読めないため、ページの判定を維持します：{cause}。",
    "unknown": "{slo}を判定できません：{cause}。受信した内容のまま転送します。",
    "outage": "{slo}：{cause}。受信した内容のまま転送します。",
    "held": "保留中：対象のSLOの消費は許容ペース内です{rates}",
    "held_some": "保留中：対象のSLOの消費ペースは通知する水準に達していません{rates}",
    "rates": "（{rate}／{rate_short}）",
    "pages_in": "。エラー率が{ratio}になると約{duration}でページします",
    "spent_already": "。なお、バジェットは枯渇しています",
    "watched": "保留して監視中：{doubt}",
    "until": "。{duration}後も続いていれば転送します",
    "doubt": "{slo}は{burning}ですが、件数が少なく断定できません（直近{long}の{total}件中{bad}件が失敗）",
    "doubt_plain": "{slo}はバジェットを消費している可能性がありますが、件数が少なく断定できません",
    "no_traffic": "{slo}には丸1日トラフィックがなく、今のところ影響を受ける利用者はいません",
    "held_too_long": "保留して監視していましたが、まだ続いています：{doubt}。受信した内容のまま転送します。",
    "never_threatened": "破棄：保留中に解消し、その間どのSLOも脅かしませんでした{rates}。",
    "gap": "これを知らせたアラートはありません：{threat}",
    "burn_page": "SLOバーンアラート（ページ）のため、そのままページします。",
    "burn_ticket": "SLOバーンアラート（チケット）のため、そのままチケットにします。",
    "says": "{threat}",
    "shadow": "シャドーモードのため転送しました（通常モードの判定は「{would}」）",
    "threatened": "{slo}：バジェットが脅かされています。",
    "no_slo": "対象のSLO",
}

PLAIN: Mapping[Reason, str] = {
    Reason.BYPASS: "バイパス対象のため判定せず、受信した内容のまま転送します。",
    Reason.UNMAPPED: "このアラートを対象とするSLOがなく、安全とは言い切れないため、受信した内容のまま転送します。",
    Reason.HELD_FOR_A_DAY: "丸1日保留しましたが、SLOを一度も脅かしませんでした。アラートを直すか、削除してください。",
    Reason.NOTICE: "ルーター自身からのお知らせです。",
    Reason.SHADOW: "シャドーモードのため、判定にかかわらず転送しました。",
    Reason.JOINED: "統合：すでに通知済みのインシデントに加わりました。",
    Reason.SILENCE: "抑止：一致するサイレンスがあります。",
    Reason.INHIBITION: "抑止：発生中の別のアラートが優先されます。",
    Reason.MUTE_TIME: "抑止：このルートは今の時間帯、通知を止めています。",
}

CAUSES: Mapping[Cause, str] = {
    Cause.NONE: "何も分かっていません",
    Cause.NO_DATA: "データがありません{detail}",
    Cause.TRAFFIC_CESSATION: "トラフィックが途絶えています{detail}",
    Cause.WARMING_UP: "計測を始めたばかりで、安全とはまだ言えません",
    Cause.SOURCE_UNREACHABLE: "データソースが応答しません{detail}",
    Cause.STALE: "データが古くなっています{age}",
    Cause.OUT_OF_RANGE: "失敗件数が総数を上回っています{detail}",
    Cause.TOTAL_OUTAGE: "大半が失敗しています{ratio}。目標が緩いため、まだどの基準にも達していません",
    Cause.CONFIG: "評価できる設定になっていません{detail}",
    Cause.SCOPE: "このアラートの範囲はSLOの対象外のため、安全とは言えません",
    Cause.LOW_EVIDENCE: "件数が少なく断定できません",
    Cause.NO_TRAFFIC: "丸1日トラフィックがありません",
}

EXTRAS: Mapping[str, str] = {
    "detail": "（{detail}）",
    "age": "（最新のサンプルは{duration}前）",
    "future": "（最新のサンプルの時刻が{duration}先）",
    "timeless": "（サンプルに時刻がない）",
    "ratio": "（失敗率{ratio}）",
}
