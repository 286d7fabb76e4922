//! Enforcement items (执法事项) with legal basis and discretion range.
//!
//! Promise: an amount is never guessed; a new item counts as unconfirmed until the list says that legal reviewers
//! confirmed it; a column that the file does not have keeps what is held.

use std::collections::BTreeMap;

use sync_core::money::Fen;
use table::{Heading, Place};

use super::amount::amount;
use super::{Differences, Planned, report};
use crate::flow::sheet::report::{Difference, Report};
use crate::flow::sheet::{Kind, Reading, Rows, Wrong};
use crate::store::ItemRow;

const CODE: &str = "code";
const NAME: &str = "name";
const SECTOR: &str = "sector";
const TYPE: &str = "kind";
const BASIS: &str = "basis";
const ARTICLE: &str = "article";
const MIN: &str = "min";
const MAX: &str = "max";
const WORDING: &str = "wording";
const CONFIRMED: &str = "confirmed";
const SPOT_CITIZEN: &str = "spot_citizen";
const SPOT_ORGANISATION: &str = "spot_organisation";
const SPOT_BASIS: &str = "spot_basis";

const fn column(key: &'static str, names: &'static [&'static str], is_required: bool) -> Heading {
    Heading { key, names, is_required }
}

const KIND: Kind = Kind {
    headings: &[
        column(CODE, &["编码", "事项编码", "事项代码", "编号", "代码", "code"], true),
        column(NAME, &["名称", "事项名称", "执法事项", "执法事项名称", "name"], true),
        column(SECTOR, &["领域", "执法领域", "行业", "sector"], false),
        column(TYPE, &["类型", "事项类型", "执法类型", "行为类型", "类别", "kind"], false),
        column(BASIS, &["依据", "法律依据", "实施依据", "设定依据", "法律法规", "basis"], false),
        column(ARTICLE, &["条款", "条文", "法条", "具体条款", "article"], false),
        column(MIN, &["最低罚款", "罚款下限", "最低罚款额", "minimum"], false),
        column(MAX, &["最高罚款", "罚款上限", "最高罚款额", "maximum"], false),
        column(WORDING, &["表述", "决定书表述", "处罚内容", "法定处罚", "wording"], false),
        column(CONFIRMED, &["已确认", "法制确认", "是否确认", "confirmed"], false),
        column(SPOT_CITIZEN, &["当场罚款公民限额", "当场处罚公民限额", "spot limit of a citizen"], false),
        column(SPOT_ORGANISATION, &["当场罚款单位限额", "当场处罚单位限额", "spot limit of an organisation"], false),
        column(SPOT_BASIS, &["当场罚款依据", "当场处罚依据", "basis of the spot limit"], false),
    ],
    zh: "执法事项表",
    en: "a list of enforcement items",
};

/// Longest text of an item, in characters.
const LONGEST: usize = 2_000;

/// What a row says; none where the file has no such column or cell.
pub(super) struct Entry {
    code: String,
    name: String,
    sector: Option<&'static str>,
    kind: Option<&'static str>,
    basis: Option<String>,
    article: Option<String>,
    wording: Option<String>,
    confirmed: Option<bool>,
    min: Option<Fen>,
    max: Option<Fen>,
    spot: Option<(Fen, Fen, String)>,
    places: BTreeMap<&'static str, Place>,
}

pub(super) fn read(file: &[u8]) -> Rows<Entry> {
    Rows::of_file(file, KIND, |reading| Row(reading).entry())
}

struct Row<'a, 'b>(&'a mut Reading<'b>);

impl Row<'_, '_> {
    fn entry(&mut self) -> (String, Option<Entry>) {
        let code = self.0.required(CODE, table::code);
        let name = self.0.required(NAME, table::prose).unwrap_or_default();
        let (min, max) = (self.amount(MIN), self.amount(MAX));
        let spot = self.spot();
        let entry = Entry {
            code: code.unwrap_or_default(),
            name: name.clone(),
            sector: self.word(SECTOR, SECTORS),
            kind: self.word(TYPE, KINDS),
            basis: self.prose(BASIS),
            article: self.prose(ARTICLE),
            wording: self.prose(WORDING),
            confirmed: self.word(CONFIRMED, YES_OR_NO).map(|said| said == "yes"),
            min,
            max,
            spot,
            places: self.0.places(),
        };
        self.is_a_range(&entry);
        (name, Some(entry))
    }

    fn prose(&mut self, key: &str) -> Option<String> {
        let said = self.0.optional(key, table::prose)?;
        if said.chars().count() > LONGEST {
            self.0.refuse(key, format!("超过 {LONGEST} 个字"), format!("more than {LONGEST} characters"));
        }
        Some(said)
    }

    fn amount(&mut self, key: &str) -> Option<Fen> {
        match self.0.optional(key, amount)? {
            Ok(fen) => Some(fen),
            Err(said) => {
                self.0.refuse(
                    key,
                    format!("“{said}”不是金额：请写元，最多两位小数，例如 5000；或者 0.5万元；没有罚款的留空"),
                    format!("“{said}” is no amount: write yuan with at most two decimals, such as 5000, or nothing"),
                );
                None
            }
        }
    }

    /// One of these words, by how it begins.
    fn word(&mut self, key: &str, words: Words) -> Option<&'static str> {
        let said = self.0.optional(key, table::text)?;
        let found = words.iter().find(|(code, begins)| *code == said || begins.iter().any(|word| said.contains(word)));
        if found.is_none() {
            let known: Vec<&str> = words.iter().filter_map(|(_, begins)| begins.first().copied()).collect();
            let known = known.join("、");
            self.0.refuse(
                key,
                format!("不认识“{said}”：请写{known}之一"),
                format!("“{said}” is unknown: write one of {known}"),
            );
        }
        found.map(|(code, _)| *code)
    }

    fn spot(&mut self) -> Option<(Fen, Fen, String)> {
        let (citizen, organisation) = (self.amount(SPOT_CITIZEN), self.amount(SPOT_ORGANISATION));
        let basis = self.prose(SPOT_BASIS);
        match (citizen, organisation, basis) {
            (Some(citizen), Some(organisation), Some(basis)) => Some((citizen, organisation, basis)),
            (None, None, None) => None,
            _ => {
                self.0.refuse(
                    SPOT_BASIS,
                    "当场罚款的两个限额和依据要么都填，要么都不填",
                    "both limits of on-the-spot fines and their basis are given together, or none of them",
                );
                None
            }
        }
    }

    fn is_a_range(&mut self, entry: &Entry) {
        let (zh, en) = match (entry.min, entry.max) {
            (Some(Fen::ZERO), _) | (_, Some(Fen::ZERO)) => {
                ("罚款不能是 0 元：没有下限或不罚款的，请留空", "a fine is not 0: leave it empty where there is none")
            }
            (Some(_), None) => ("有最低罚款而没有最高罚款", "a minimum without a maximum"),
            (Some(min), Some(max)) if min > max => ("最低罚款高于最高罚款", "the minimum is above the maximum"),
            (_, Some(_)) if entry.kind == Some("inspection") => {
                ("行政检查事项没有罚款：请核对类型", "an inspection imposes no fine: check the kind")
            }
            _ => return,
        };
        self.0.refuse(if entry.min.is_some() { MIN } else { MAX }, zh, en);
    }
}

type Words = &'static [(&'static str, &'static [&'static str])];

/// Fields of enforcement with the words for them.
pub(super) const SECTORS: Words = &[
    ("market", &["市场监管", "市场"]),
    ("agriculture", &["农业农村", "农业"]),
    ("transport", &["交通运输", "交通"]),
    ("housing", &["住房城乡建设", "住建", "住房", "城乡建设"]),
    ("emergency", &["应急管理", "应急"]),
    ("other", &["其他", "综合"]),
];
const KINDS: Words =
    &[("inspection", &["行政检查", "检查"]), ("penalty", &["行政处罚", "处罚"]), ("coercion", &["行政强制", "强制"])];
const YES_OR_NO: Words = &[("no", &["否", "未", "不"]), ("yes", &["是", "已", "√"])];

pub(super) fn compare(held: &[ItemRow], rows: Rows<Entry>) -> (Report, Vec<(ItemRow, bool)>) {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    let held: BTreeMap<&str, &ItemRow> = held.iter().map(|item| (item.code.as_str(), item)).collect();
    report(rows, |entry, row| {
        let place = |key: &str| entry.places.get(key).unwrap_or(row).clone();
        if let Some(before) = seen.insert(entry.code.clone(), row.clone()) {
            return Err(vec![Wrong::at(
                place(CODE),
                format!("编码 {} 与 {before} 行相同：请删去一行或更正编码", entry.code),
                format!("the code {} stands in row {before} too: remove one, or correct the code", entry.code),
            )]);
        }
        let known = held.get(entry.code.as_str()).copied();
        let missing: Vec<Wrong> = [
            (SECTOR, entry.sector.is_none()),
            (TYPE, entry.kind.is_none()),
            (BASIS, entry.basis.is_none()),
            (ARTICLE, entry.article.is_none()),
        ]
        .into_iter()
        .filter(|(_, is_missing)| *is_missing && known.is_none())
        .map(|(key, _)| {
            let name = KIND.usual_name(key);
            Wrong::at(
                place(key),
                format!("新事项缺少“{name}”，请填写"),
                format!("a new item without “{name}”; fill it in"),
            )
        })
        .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let row = merged(&entry, known);
        let differences = known.map(|known| differences(known, &row));
        Ok(Planned { row, differences })
    })
}

/// The item as it is to be.
fn merged(entry: &Entry, known: Option<&ItemRow>) -> ItemRow {
    let has = |key: &str| entry.places.contains_key(key);
    let text = |said: &Option<String>, held: fn(&ItemRow) -> &String| {
        said.clone().or_else(|| known.map(|known| held(known).clone())).unwrap_or_default()
    };
    let code = |said: Option<&str>, held: fn(&ItemRow) -> &String| text(&said.map(str::to_owned), held);
    let fen = |said: Option<Fen>, key: &str, held: fn(&ItemRow) -> Option<i64>| {
        if has(key) { said.map(Fen::get) } else { known.and_then(held) }
    };
    let spot = if has(SPOT_BASIS) || known.is_none() {
        entry.spot.clone().map(|(citizen, organisation, basis)| (citizen.get(), organisation.get(), basis))
    } else {
        known.and_then(|known| Some((known.spot_citizen_fen?, known.spot_organisation_fen?, known.spot_basis.clone()?)))
    };
    ItemRow {
        code: entry.code.clone(),
        name: entry.name.clone(),
        sector: code(entry.sector, |known| &known.sector),
        kind: code(entry.kind, |known| &known.kind),
        basis: text(&entry.basis, |known| &known.basis),
        article: text(&entry.article, |known| &known.article),
        min_fen: fen(entry.min, MIN, |known| known.min_fen),
        max_fen: fen(entry.max, MAX, |known| known.max_fen),
        wording: text(&entry.wording, |known| &known.wording),
        confirmed: entry.confirmed.or(known.map(|known| known.confirmed)).unwrap_or(false),
        spot_citizen_fen: spot.as_ref().map(|(citizen, ..)| *citizen),
        spot_organisation_fen: spot.as_ref().map(|(_, organisation, _)| *organisation),
        spot_basis: spot.map(|(.., basis)| basis),
    }
}

fn differences(known: &ItemRow, new: &ItemRow) -> Vec<Difference> {
    let yuan = |fen: Option<i64>| fen.and_then(|fen| Fen::new(fen).ok()).map(|fen| fen.to_string()).unwrap_or_default();
    let yes = |confirmed: bool| if confirmed { "是" } else { "否" };
    let word = |words: Words, code: &str| {
        let found = words.iter().find(|(known, _)| *known == code).and_then(|(_, names)| names.first().copied());
        found.unwrap_or(code).to_owned()
    };
    let mut found = Differences::default();
    found.of(("名称", "name"), &known.name, &new.name);
    found.of(("领域", "sector"), &word(SECTORS, &known.sector), &word(SECTORS, &new.sector));
    found.of(("类型", "kind"), &word(KINDS, &known.kind), &word(KINDS, &new.kind));
    found.of(("依据", "basis"), &known.basis, &new.basis);
    found.of(("条款", "article"), &known.article, &new.article);
    found.of(("最低罚款", "minimum"), &yuan(known.min_fen), &yuan(new.min_fen));
    found.of(("最高罚款", "maximum"), &yuan(known.max_fen), &yuan(new.max_fen));
    found.of(("表述", "wording"), &known.wording, &new.wording);
    found.of(("已确认", "confirmed"), yes(known.confirmed), yes(new.confirmed));
    found.of(("当场罚款公民限额", "spot limit, citizen"), &yuan(known.spot_citizen_fen), &yuan(new.spot_citizen_fen));
    found.of(
        ("当场罚款单位限额", "spot limit, organisation"),
        &yuan(known.spot_organisation_fen),
        &yuan(new.spot_organisation_fen),
    );
    let basis = |item: &ItemRow| item.spot_basis.clone().unwrap_or_default();
    found.of(("当场罚款依据", "spot limit, basis"), &basis(known), &basis(new));
    found.0
}
