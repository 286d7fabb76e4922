//! A small catalogue of enforcement items (执法事项) with legal basis and discretion range.
//!
//! For trials: the agency's own published list replaces it, and its legal reviewers confirm every article and amount.

use sync_core::id::TenantId;
use sync_core::money::Fen;

use crate::flow::refusal::Failure;
use crate::store::{ItemRow, Tx};

/// The inspection item with which the demonstration begins.
pub const PRICE_INSPECTION: &str = "SJ-J-001";

struct Item {
    code: &'static str,
    name: &'static str,
    sector: &'static str,
    kind: &'static str,
    basis: &'static str,
    article: &'static str,
    fine: Fine,
    wording: &'static str,
    /// The article was checked against a published text. An unconfirmed item is shown with a warning.
    confirmed: bool,
}

/// The legal range, in yuan.
enum Fine {
    /// The item imposes none.
    None,
    /// The law names only a maximum.
    UpTo(i64),
    /// From a minimum to a maximum.
    Between(i64, i64),
}

const ITEMS: &[Item] = &[
    Item {
        code: PRICE_INSPECTION,
        name: "对经营者价格活动的监督检查",
        sector: "market",
        kind: "inspection",
        basis: "中华人民共和国价格法",
        article: "第三十三条",
        fine: Fine::None,
        wording: "对价格活动进行监督检查。",
        confirmed: true,
    },
    Item {
        code: "SJ-C-001",
        name: "对经营者不按规定明码标价的处罚",
        sector: "market",
        kind: "penalty",
        basis: "中华人民共和国价格法",
        article: "第四十二条",
        fine: Fine::UpTo(5_000),
        wording: "责令改正，没收违法所得，可以并处五千元以下的罚款。",
        confirmed: true,
    },
    Item {
        code: "SJ-C-002",
        name: "对无照经营的处罚",
        sector: "market",
        kind: "penalty",
        basis: "无证无照经营查处办法",
        article: "第十三条",
        fine: Fine::UpTo(10_000),
        wording: "责令停止违法行为，没收违法所得，并处一万元以下的罚款。",
        // 无证无照经营查处办法 第十三条 must be compared with 市场主体登记管理条例 第四十三条 first.
        confirmed: false,
    },
    Item {
        code: "NY-J-001",
        name: "对农产品生产记录的监督检查",
        sector: "agriculture",
        kind: "inspection",
        basis: "中华人民共和国农产品质量安全法",
        article: "第五十三条",
        fine: Fine::None,
        wording: "对农产品生产经营活动进行现场检查。",
        confirmed: false,
    },
    Item {
        code: "NY-C-001",
        name: "对未依法建立、保存农产品生产记录的处罚",
        sector: "agriculture",
        kind: "penalty",
        basis: "中华人民共和国农产品质量安全法",
        article: "第六十九条",
        fine: Fine::Between(2_000, 20_000),
        wording: "责令限期改正；逾期不改正的，处二千元以上二万元以下罚款。",
        confirmed: false,
    },
    Item {
        code: "JT-J-001",
        name: "对公路路面损坏、污染情况的监督检查",
        sector: "transport",
        kind: "inspection",
        basis: "中华人民共和国公路法",
        article: "第七十条",
        fine: Fine::None,
        wording: "检查、制止各种侵占、损坏公路的行为。",
        confirmed: false,
    },
    Item {
        code: "JT-C-001",
        name: "对造成公路路面损坏、污染或者影响公路畅通的处罚",
        sector: "transport",
        kind: "penalty",
        basis: "中华人民共和国公路法",
        article: "第七十七条",
        fine: Fine::UpTo(5_000),
        wording: "责令停止违法行为，可以处五千元以下的罚款。",
        confirmed: false,
    },
    Item {
        code: "YJ-J-001",
        name: "对生产经营单位安全生产的监督检查",
        sector: "emergency",
        kind: "inspection",
        basis: "中华人民共和国安全生产法",
        article: "第六十五条",
        fine: Fine::None,
        wording: "进入生产经营单位进行检查，调阅有关资料，向有关单位和人员了解情况。",
        confirmed: false,
    },
    Item {
        code: "YJ-C-001",
        name: "对未按照规定设置安全生产管理机构或者配备安全生产管理人员的处罚",
        sector: "emergency",
        kind: "penalty",
        basis: "中华人民共和国安全生产法",
        article: "第九十七条",
        fine: Fine::UpTo(100_000),
        wording: "责令限期改正，处十万元以下的罚款。",
        confirmed: false,
    },
];

/// The codes of the demonstration's items.
pub fn codes() -> Vec<&'static str> {
    ITEMS.iter().map(|item| item.code).collect()
}

/// Adds the missing items. Returns whether one was missing.
pub fn items(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<bool, Failure> {
    let known: Vec<String> = tx.items(tenant)?.into_iter().map(|item| item.code).collect();
    let mut changed = false;
    for new in ITEMS.iter().filter(|new| !known.iter().any(|code| code == new.code)) {
        tx.add_item(tenant, &row(new))?;
        changed = true;
    }
    Ok(changed)
}

fn row(new: &Item) -> ItemRow {
    let fen = |yuan| Some(Fen::yuan(yuan).get());
    let (min_fen, max_fen) = match new.fine {
        Fine::None => (None, None),
        Fine::UpTo(most) => (None, fen(most)),
        Fine::Between(least, most) => (fen(least), fen(most)),
    };
    ItemRow {
        code: new.code.to_owned(),
        name: new.name.to_owned(),
        sector: new.sector.to_owned(),
        kind: new.kind.to_owned(),
        basis: new.basis.to_owned(),
        article: new.article.to_owned(),
        min_fen,
        max_fen,
        wording: new.wording.to_owned(),
        confirmed: new.confirmed,
        spot_citizen_fen: None,
        spot_organisation_fen: None,
        spot_basis: None,
    }
}
