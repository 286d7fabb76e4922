//! The tree of agencies as a table: a row for each, in any order.
//!
//! Promise: an agency is recognised by its name; a parent may stand in the file or in the installation, before or after its
//! children; a tree has one root and no circle; an agency that moves takes its subtree along. Two of one name are refused.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::agency::AgencyKind;
use sync_core::id::AgencyId;
use table::{Heading, Place};

use super::item::SECTORS;
use super::{Differences, bare};
use crate::flow::refusal::Failure;
use crate::flow::sheet::report::{Difference, Line, Outcome, Report};
use crate::flow::sheet::{Kind, ReadRow, Reading, Rows, Wrong};
use crate::random;
use crate::store::AgencyRow;

const NAME: &str = "name";
const SHORT: &str = "short_name";
const PARENT: &str = "parent";
const TYPE: &str = "kind";
const SECTOR: &str = "sector";
const ACTS_FOR: &str = "acts_for";
const RECONSIDERATION: &str = "reconsideration";

const fn column(key: &'static str, names: &'static [&'static str], is_required: bool) -> Heading {
    Heading { key, names, is_required }
}

pub(super) const KIND: Kind = Kind {
    headings: &[
        column(
            NAME,
            &["名称", "单位名称", "机关名称", "单位全称", "全称", "执法主体名称", "执法主体", "单位", "name"],
            true,
        ),
        column(SHORT, &["简称", "单位简称", "文号简称", "机关代字", "short name"], false),
        column(PARENT, &["上级", "上级单位", "上级机关", "主管部门", "主管单位", "所属单位", "隶属", "parent"], false),
        column(TYPE, &["类别", "单位类别", "机构类别", "单位性质", "性质", "类型", "kind"], true),
        column(SECTOR, &["领域", "执法领域", "行业", "sector"], false),
        column(ACTS_FOR, &["以谁的名义", "以谁的名义执法", "执法名义", "以何名义", "acts for"], false),
        column(RECONSIDERATION, &["复议机关", "行政复议机关", "reconsideration"], false),
    ],
    zh: "单位表",
    en: "a list of agencies",
};

/// Kinds with the words for them; the first is what an export writes.
pub(super) const KINDS: &[(AgencyKind, &[&str])] = &[
    (AgencyKind::Street, &["街道办事处", "街道办", "街道"]),
    (AgencyKind::Township, &["乡人民政府", "乡政府", "乡"]),
    (AgencyKind::Town, &["镇人民政府", "镇政府", "镇"]),
    (AgencyKind::Government, &["人民政府", "政府", "县政府"]),
    (AgencyKind::Justice, &["司法行政部门", "司法行政", "司法局"]),
    (AgencyKind::Organisation, &["授权组织", "法律法规授权的组织", "法律、法规授权的组织", "授权的组织"]),
    (AgencyKind::Station, &["派出机构", "站所", "派出所", "所", "分局"]),
    (AgencyKind::Department, &["部门", "工作部门", "政府部门", "行政机关", "局", "委员会"]),
];
/// Words for nothing.
const NONE: &[&str] = &["无", "-", "—", "/", "本单位", "自己", "本机关"];
/// Longest name, in characters.
const LONGEST: usize = 64;

/// What a row says. A name of another agency is empty for none; none where the file has no such column.
pub(super) struct Entry {
    name: String,
    short_name: Option<String>,
    parent: Option<String>,
    kind: AgencyKind,
    sector: Option<&'static str>,
    acts_for: Option<String>,
    reconsideration: Option<String>,
    places: BTreeMap<&'static str, Place>,
}

pub(super) fn read(file: &[u8]) -> Rows<Entry> {
    Rows::of_file(file, KIND, |reading| Row(reading).entry())
}

struct Row<'a, 'b>(&'a mut Reading<'b>);

impl Row<'_, '_> {
    fn entry(&mut self) -> (String, Option<Entry>) {
        let name = self.0.required(NAME, table::prose).map(|name| without_spaces(&name)).unwrap_or_default();
        if name.chars().count() > LONGEST {
            let (zh, en) = (format!("名称超过 {LONGEST} 个字"), format!("the name has more than {LONGEST} characters"));
            self.0.refuse(NAME, zh, en);
        }
        let kind = self.kind();
        let short_name = self.0.optional(SHORT, table::prose).map(|said| without_spaces(&said));
        let (parent, acts_for, reconsideration) =
            (self.other(PARENT), self.other(ACTS_FOR), self.other(RECONSIDERATION));
        let sector = self.sector();
        let places = self.0.places();
        let entry = kind.map(|kind| Entry {
            name: name.clone(),
            short_name,
            parent,
            kind,
            sector,
            acts_for,
            reconsideration,
            places,
        });
        (name, entry)
    }

    fn kind(&mut self) -> Option<AgencyKind> {
        let said = self.0.required(TYPE, table::prose)?;
        let wanted = bare(&said);
        let known = |(kind, words): &&(AgencyKind, &[&str])| {
            kind.code() == said || words.iter().any(|word| bare(word) == wanted)
        };
        let found = KINDS.iter().find(known).map(|(kind, _)| *kind);
        if found.is_none() {
            let all: Vec<&str> = KINDS.iter().filter_map(|(_, words)| words.first().copied()).collect();
            let all = all.join("、");
            let (zh, en) =
                (format!("不认识类别“{said}”：请写{all}之一"), format!("“{said}” is no kind: write one of {all}"));
            self.0.refuse(TYPE, zh, en);
        }
        found
    }

    fn sector(&mut self) -> Option<&'static str> {
        let said = self.0.optional(SECTOR, table::text)?;
        let found = SECTORS.iter().find(|(code, words)| *code == said || words.iter().any(|word| said.contains(word)));
        if found.is_none() {
            let all: Vec<&str> = SECTORS.iter().filter_map(|(_, words)| words.first().copied()).collect();
            let all = all.join("、");
            self.0.refuse(
                SECTOR,
                format!("不认识领域“{said}”：请写{all}之一，没有专门规则的写“其他”"),
                format!("“{said}” is no field: write one of {all}; 其他 where no rules of procedure of its own apply"),
            );
        }
        found.map(|(code, _)| *code)
    }

    /// The name of another agency; empty where the cell says that there is none.
    fn other(&mut self, key: &str) -> Option<String> {
        if self.0.cell(key).is_none() {
            return self.0.places().contains_key(key).then(String::new);
        }
        let said = without_spaces(&self.0.required(key, table::prose)?);
        Some(if NONE.contains(&said.as_str()) { String::new() } else { said })
    }
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

pub(super) fn compare(held: &[AgencyRow], rows: Rows<Entry>) -> Result<(Report, Vec<(AgencyRow, bool)>), Failure> {
    let Rows { rows, wrong, notes } = rows;
    let mut tree = Tree::of(held);
    let ids = tree.enter(&rows)?;
    let mut lines = Vec::new();
    for (ReadRow { row, name, entry }, id) in rows.into_iter().zip(ids) {
        let outcome = match entry.and_then(|entry| Ok((tree.join(&entry, id, &row)?, entry))) {
            Ok(((), entry)) => Joined::Of(id, entry),
            Err(wrong) => Joined::Refused(wrong),
        };
        lines.push((row, name, outcome));
    }
    // Circles and roots show only when every row has its parent.
    let lines = lines.into_iter().map(|(row, name, joined)| {
        let outcome = match joined {
            Joined::Refused(wrong) => Outcome::Refused(wrong),
            Joined::Of(id, entry) => match tree.fault(id) {
                Some((zh, en)) => {
                    let place = entry.places.get(PARENT).unwrap_or(&row).clone();
                    Outcome::Refused(vec![Wrong::at(place, zh, en)])
                }
                None => tree.outcome(id),
            },
        };
        Line { row, name, agency: String::new(), outcome }
    });
    let report = Report { lines: lines.collect(), wrong, notes };
    let writes = if report.is_refused() { Vec::new() } else { tree.writes() };
    Ok((report, writes))
}

enum Joined {
    Of(AgencyId, Entry),
    Refused(Vec<Wrong>),
}

/// The tree as it is held and as it is to be.
struct Tree<'a> {
    held: BTreeMap<AgencyId, &'a AgencyRow>,
    rows: BTreeMap<AgencyId, AgencyRow>,
    /// By each name, without what is not a letter or digit.
    by_name: BTreeMap<String, BTreeSet<AgencyId>>,
    by_short_name: BTreeMap<String, BTreeSet<AgencyId>>,
    /// The row of the file that an agency stands in.
    seen: BTreeMap<AgencyId, Place>,
}

impl<'a> Tree<'a> {
    fn of(held: &'a [AgencyRow]) -> Self {
        let mut tree = Self {
            held: held.iter().map(|agency| (agency.id, agency)).collect(),
            rows: held.iter().map(|agency| (agency.id, agency.clone())).collect(),
            by_name: BTreeMap::new(),
            by_short_name: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        for agency in held {
            tree.by_name.entry(bare(&agency.name)).or_default().insert(agency.id);
            tree.by_short_name.entry(bare(&agency.short_name)).or_default().insert(agency.id);
        }
        tree
    }

    /// Gives every row of the file its agency, new or held, so that a parent may come after its children.
    fn enter(&mut self, rows: &[ReadRow<Entry>]) -> Result<Vec<AgencyId>, Failure> {
        let mut ids = Vec::new();
        for row in rows {
            let wanted = bare(&row.name);
            let known = self.by_name.get(&wanted).and_then(|ids| ids.first().copied());
            let id = match known {
                Some(id) => id,
                None => AgencyId::new(random::bytes()?),
            };
            if let Ok(entry) = &row.entry {
                self.by_name.entry(wanted).or_default().insert(id);
                let short = entry.short_name.as_deref().map(bare).filter(|short| !short.is_empty());
                if let Some(short) = short {
                    self.by_short_name.entry(short).or_default().insert(id);
                }
            }
            ids.push(id);
        }
        Ok(ids)
    }

    /// Puts what a row says into the tree.
    fn join(&mut self, entry: &Entry, id: AgencyId, row: &Place) -> Result<(), Vec<Wrong>> {
        let place = |key: &str| entry.places.get(key).unwrap_or(row).clone();
        if let Some(before) = self.seen.insert(id, row.clone()) {
            return Err(vec![Wrong::at(
                place(NAME),
                format!("与 {before} 行同名：请删去一行，或者写出能区分的全称"),
                format!("the name of row {before}: remove one, or write full names that differ"),
            )]);
        }
        let held = self.held.get(&id).copied();
        let mut wrong = Vec::new();
        let mut other = |key: &str, said: &Option<String>, held: Option<AgencyId>| match said.as_deref() {
            None => held,
            Some("") => None,
            Some(name) => match self.find(name) {
                Ok(found) => Some(found),
                Err((zh, en)) => {
                    wrong.push(Wrong::at(place(key), zh, en));
                    None
                }
            },
        };
        let parent = other(PARENT, &entry.parent, held.and_then(|held| held.parent));
        let acts_for = other(ACTS_FOR, &entry.acts_for, held.and_then(|held| held.acts_for));
        let reconsideration =
            other(RECONSIDERATION, &entry.reconsideration, held.and_then(|held| held.reconsideration));
        let text = |said: Option<&str>, held: Option<&str>| said.or(held).unwrap_or_default().to_owned();
        let short_name = text(entry.short_name.as_deref(), held.map(|held| held.short_name.as_str()));
        if short_name.is_empty() {
            wrong.push(Wrong::at(
                place(SHORT),
                "新单位缺少“简称”：文书字号要用，例如 巫市监",
                "a new agency without “简称”, which numbers of documents need, such as 巫市监",
            ));
        }
        if acts_for == Some(id) {
            wrong.push(Wrong::at(
                place(ACTS_FOR),
                "以自己的名义执法的，这一栏留空",
                "leave it empty where the agency acts in its own name",
            ));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let name = held.filter(|held| bare(&held.name) == bare(&entry.name)).map_or(&entry.name, |held| &held.name);
        let sector = text(entry.sector, held.map(|held| held.sector.as_str()));
        let sector = if sector.is_empty() { "other".to_owned() } else { sector };
        let (name, kind, path) = (name.clone(), entry.kind, String::new());
        let row =
            AgencyRow { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active: true };
        self.rows.insert(id, row);
        Ok(())
    }

    /// The agency of a name, or of a short name that only one has.
    fn find(&self, name: &str) -> Result<AgencyId, (String, String)> {
        let wanted = bare(name);
        let found = self.by_name.get(&wanted).or_else(|| self.by_short_name.get(&wanted));
        match found.map(|ids| (ids.first(), ids.len())) {
            Some((Some(id), 1)) => Ok(*id),
            Some(_) => Err((
                format!("“{name}”可以是几个单位：请写全称"),
                format!("“{name}” may be several agencies: write the full name"),
            )),
            None => Err((
                format!("没有名为“{name}”的单位：请核对，或在表中补上这个单位"),
                format!("no agency is called “{name}”: check it, or add a row for it"),
            )),
        }
    }

    /// What is wrong with the place of an agency in the tree.
    fn fault(&self, id: AgencyId) -> Option<(String, String)> {
        if self.path(id).is_none() {
            return Some((
                "上级绕成了一圈：从这个单位往上，又回到它自己".to_owned(),
                "a circle: going up from this agency leads back to it".to_owned(),
            ));
        }
        let is_root = |agency: &&AgencyRow| agency.parent.is_none() && agency.active;
        let mut roots = self.rows.values().filter(is_root);
        let (first, is_one) = (roots.clone().find(|root| root.id != id)?, roots.any(|root| root.id == id));
        let held = self.held.values().find(|held| held.parent.is_none() && held.active);
        let is_the_held_one = held.is_some_and(|held| held.id == id);
        (is_one && !is_the_held_one).then(|| {
            (
                format!("上级空白：只有最高一级可以空白，而那是“{}”", first.name),
                format!("no parent: only the top has none, and that is “{}”", first.name),
            )
        })
    }

    /// The path of an agency; none in a circle.
    fn path(&self, id: AgencyId) -> Option<String> {
        let (mut ids, mut next) = (Vec::new(), Some(id));
        while let Some(id) = next {
            if ids.contains(&id) {
                return None;
            }
            ids.push(id);
            next = self.rows.get(&id).and_then(|row| row.parent);
        }
        let steps: Vec<String> = ids.iter().rev().map(ToString::to_string).collect();
        Some(format!("{}/", steps.join("/")))
    }

    fn name(&self, id: Option<AgencyId>) -> &str {
        id.and_then(|id| self.rows.get(&id)).map_or("", |row| &row.name)
    }

    fn outcome(&self, id: AgencyId) -> Outcome {
        let (Some(held), Some(new)) = (self.held.get(&id), self.rows.get(&id)) else { return Outcome::New };
        let differences = self.differences(held, new);
        if differences.is_empty() { Outcome::Unchanged } else { Outcome::Changed(differences) }
    }

    fn differences(&self, held: &AgencyRow, new: &AgencyRow) -> Vec<Difference> {
        let kind = |kind: AgencyKind| word(kind).to_owned();
        let status = |active: bool| if active { "在用" } else { "停用" };
        let mut found = Differences::default();
        found.of(("简称", "short name"), &held.short_name, &new.short_name);
        found.of(("上级", "parent"), self.name(held.parent), self.name(new.parent));
        found.of(("类别", "kind"), &kind(held.kind), &kind(new.kind));
        found.of(("领域", "sector"), sector(&held.sector), sector(&new.sector));
        found.of(("以谁的名义", "acts for"), self.name(held.acts_for), self.name(new.acts_for));
        found.of(("复议机关", "reconsideration"), self.name(held.reconsideration), self.name(new.reconsideration));
        found.of(("状态", "status"), status(held.active), status(new.active));
        found.0
    }

    /// What is different from what is held, also the paths of those that moved along; parents first.
    fn writes(&self) -> Vec<(AgencyRow, bool)> {
        let mut all: Vec<AgencyRow> = Vec::new();
        for row in self.rows.values() {
            let path = self.path(row.id).unwrap_or_default();
            let new = AgencyRow { path, ..row.clone() };
            if self.held.get(&row.id).is_none_or(|held| **held != new) {
                all.push(new);
            }
        }
        all.sort_by_key(|row| row.path.len());
        all.into_iter().map(|row| (row.clone(), !self.held.contains_key(&row.id))).collect()
    }
}

/// What an export calls a kind.
pub(super) fn word(kind: AgencyKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).and_then(|(_, words)| words.first().copied()).unwrap_or_default()
}

/// What an export calls a field of enforcement.
pub(super) fn sector(code: &str) -> &str {
    SECTORS.iter().find(|(known, _)| *known == code).and_then(|(_, words)| words.first().copied()).unwrap_or(code)
}

#[cfg(test)]
mod tests;
