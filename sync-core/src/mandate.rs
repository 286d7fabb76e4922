//! Mandates: what an agency may enforce because an organ entrusted it in writing (行政委托, 行政处罚法第二十条), or because a
//! published decision gave a township or street the power (赋权, 第二十四条).
//!
//! Promise: pure; the answer for a day depends on the mandates in force on that day only. An entrusted agency acts in the
//! name of the organ; a township or street acts in its own. Nobody entrusts what was entrusted to them. Not here: the
//! powers that the law itself gives an organ.

use std::collections::BTreeSet;

use crate::agency::AgencyKind;
use crate::code::codes;
use crate::id::AgencyId;
use crate::organ::Node;
use crate::time::Date;

codes! {
    /// What a mandate rests on.
    pub enum MandateKind {
        /// 委托书 (行政处罚法第二十条).
        Delegation = "delegation",
        /// A published decision for townships and streets (行政处罚法第二十四条).
        Township = "township",
    }
}

/// The days of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub first: Date,
    /// Last day; none where it has none.
    pub last: Option<Date>,
    /// Last day in force, where it was ended before its term; the day before the first if it never was in force.
    pub ended: Option<Date>,
}

impl Term {
    /// The last day in force, if it has one.
    pub fn end(&self) -> Option<Date> {
        match (self.last, self.ended) {
            (Some(last), Some(ended)) => Some(last.min(ended)),
            (last, ended) => last.or(ended),
        }
    }

    /// Whether it is in force on a day.
    pub fn is_in_force(&self, day: Date) -> bool {
        self.first <= day && self.end().is_none_or(|end| day <= end)
    }

    /// Whether both are in force on some day.
    pub fn overlaps(&self, other: &Self) -> bool {
        let latest = self.first.max(other.first);
        self.is_in_force(latest) && other.is_in_force(latest)
    }

    /// Whether it can be ended on this day: it was not ended before, and the day is not after its last one.
    pub fn can_end(&self, day: Date) -> bool {
        let is_early = self.last.is_none_or(|last| day <= last);
        self.ended.is_none() && is_early && day.tomorrow().is_ok_and(|next| next >= self.first)
    }
}

/// A mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Id.
    pub id: [u8; 16],
    /// What it rests on.
    pub kind: MandateKind,
    /// Who enforces by it.
    pub agency: AgencyId,
    /// The organ that entrusts; none of a decision for townships.
    pub organ: Option<AgencyId>,
    /// Codes of the items.
    pub items: BTreeSet<String>,
    /// Its days.
    pub term: Term,
}

/// An item that an agency may enforce on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power<'a> {
    /// Code of the item.
    pub item: &'a str,
    /// In whose name.
    pub in_the_name_of: AgencyId,
    /// By which mandate.
    pub mandate: &'a Mandate,
}

/// What an agency may enforce on a day by these mandates, and in whose name.
pub fn powers(mandates: &[Mandate], agency: AgencyId, day: Date) -> Vec<Power<'_>> {
    let held = mandates.iter().filter(|mandate| mandate.agency == agency && mandate.term.is_in_force(day));
    let mut powers = Vec::new();
    for mandate in held {
        let in_the_name_of = match (mandate.kind, mandate.organ) {
            (MandateKind::Delegation, Some(organ)) => organ,
            // A delegation by nobody gives no power.
            (MandateKind::Delegation, None) => continue,
            (MandateKind::Township, _) => agency,
        };
        powers.extend(mandate.items.iter().map(|item| Power { item, in_the_name_of, mandate }));
    }
    powers
}

/// What speaks against a mandate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MandateFault {
    /// The last day is before the first.
    EndsBeforeItBegins,
    /// A delegation needs a last day.
    NoLastDay,
    /// No items.
    NoItems,
    /// An agency entrusts itself.
    Itself,
    /// Only an organ that acts in its own name entrusts.
    NotAnOrgan,
    /// One of both no longer enforces.
    Closed,
    /// Only a township, a town or a street is given powers.
    NotATownship,
    /// The organ has this item by delegation itself.
    Redelegated(String),
}

/// Whether an organ may entrust an agency with these items for this term. `of_organ` are the organ's own mandates.
///
/// # Errors
/// [`MandateFault`].
pub fn may_entrust(
    organ: &Node,
    agency: &Node,
    (items, term): (&BTreeSet<String>, &Term),
    of_organ: &[Mandate],
) -> Result<(), MandateFault> {
    is_whole(items, term)?;
    if term.last.is_none() {
        return Err(MandateFault::NoLastDay);
    }
    if organ.id == agency.id {
        return Err(MandateFault::Itself);
    }
    // An organisation authorised by law is no organ (行政机关), and who acts for another has nothing to entrust.
    if organ.kind == AgencyKind::Organisation || organ.acts_for.is_some() {
        return Err(MandateFault::NotAnOrgan);
    }
    if !organ.active || !agency.active {
        return Err(MandateFault::Closed);
    }
    let is_entrusted = |mandate: &&Mandate| {
        mandate.kind == MandateKind::Delegation && mandate.agency == organ.id && mandate.term.overlaps(term)
    };
    let entrusted = of_organ.iter().filter(is_entrusted).flat_map(|mandate| &mandate.items);
    match entrusted.into_iter().find(|item| items.contains(*item)) {
        Some(item) => Err(MandateFault::Redelegated(item.clone())),
        None => Ok(()),
    }
}

/// Whether an agency may be given powers for townships.
///
/// # Errors
/// [`MandateFault`].
pub fn may_empower(agency: &Node, items: &BTreeSet<String>, term: &Term) -> Result<(), MandateFault> {
    is_whole(items, term)?;
    match agency.kind {
        _ if !agency.active => Err(MandateFault::Closed),
        AgencyKind::Town | AgencyKind::Township | AgencyKind::Street => Ok(()),
        AgencyKind::Government
        | AgencyKind::Department
        | AgencyKind::Station
        | AgencyKind::Justice
        | AgencyKind::Organisation => Err(MandateFault::NotATownship),
    }
}

fn is_whole(items: &BTreeSet<String>, term: &Term) -> Result<(), MandateFault> {
    if items.is_empty() {
        return Err(MandateFault::NoItems);
    }
    if term.last.is_some_and(|last| last < term.first) { Err(MandateFault::EndsBeforeItBegins) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Date = Date::constant(2026, 6, 15);

    fn day(day: i8) -> Date {
        Date::constant(2026, 6, day)
    }

    fn term(first: i8, last: i8) -> Term {
        Term { first: day(first), last: Some(day(last)), ended: None }
    }

    fn node(id: u8, kind: AgencyKind) -> Node {
        Node {
            id: AgencyId::new([id; 16]),
            path: format!("{id}/"),
            name: format!("{id}"),
            short_name: format!("{id}"),
            kind,
            acts_for: None,
            active: true,
        }
    }

    fn items(codes: &[&str]) -> BTreeSet<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    fn mandate(kind: MandateKind, agency: u8, organ: Option<u8>, term: Term) -> Mandate {
        let (agency, organ) = (AgencyId::new([agency; 16]), organ.map(|id| AgencyId::new([id; 16])));
        Mandate { id: [1; 16], kind, agency, organ, items: items(&["SJ-C-001", "SJ-C-002"]), term }
    }

    #[test]
    fn a_mandate_is_in_force_from_its_first_to_its_last_day_or_to_its_end() {
        let whole = term(10, 20);
        let on = |term: &Term| (9..=21).filter(|number| term.is_in_force(day(*number))).collect::<Vec<i8>>();
        assert_eq!(on(&whole), (10..=20).collect::<Vec<i8>>());
        assert_eq!(on(&Term { ended: Some(day(15)), ..whole }), (10..=15).collect::<Vec<i8>>());
        assert_eq!(on(&Term { ended: Some(day(9)), ..whole }), Vec::<i8>::new(), "it never was");
        assert_eq!(on(&Term { last: None, ..whole }), (10..=21).collect::<Vec<i8>>(), "without a last day");
        let ends = |term: &Term| (7..=22).filter(|number| term.can_end(day(*number))).collect::<Vec<i8>>();
        assert_eq!(ends(&whole), (9..=20).collect::<Vec<i8>>());
        assert!(ends(&Term { ended: Some(day(15)), ..whole }).is_empty(), "once");
        assert!(whole.overlaps(&term(20, 25)) && !whole.overlaps(&term(21, 25)) && term(21, 25).overlaps(&term(1, 21)));
    }

    #[test]
    fn who_is_entrusted_acts_in_the_name_of_the_organ_and_a_township_in_its_own() {
        let all = [
            mandate(MandateKind::Delegation, 2, Some(1), term(10, 20)),
            mandate(MandateKind::Township, 3, None, Term { last: None, ..term(15, 15) }),
            mandate(MandateKind::Delegation, 4, None, term(10, 20)),
        ];
        let of = |agency: u8, day: Date| -> Vec<(String, AgencyId)> {
            let powers = powers(&all, AgencyId::new([agency; 16]), day);
            powers.iter().map(|power| (power.item.to_owned(), power.in_the_name_of)).collect()
        };
        let both = |id: u8| ["SJ-C-001", "SJ-C-002"].map(|item| (item.to_owned(), AgencyId::new([id; 16]))).to_vec();
        assert_eq!(of(2, DAY), both(1));
        assert_eq!(of(3, DAY), both(3));
        assert!(of(3, day(14)).is_empty() && of(2, day(9)).is_empty() && of(2, day(21)).is_empty());
        assert!(of(1, DAY).is_empty(), "the organ has its powers by law, not by what it entrusted");
        assert!(of(4, DAY).is_empty(), "a delegation by nobody");
    }

    #[test]
    fn an_organ_entrusts_what_it_was_not_entrusted_with_itself() {
        let (organ, agency) = (node(1, AgencyKind::Department), node(2, AgencyKind::Station));
        let (wanted, from) = (items(&["SJ-C-001"]), term(10, 20));
        let may = |organ: &Node, agency: &Node| may_entrust(organ, agency, (&wanted, &from), &[]);
        assert_eq!(may(&organ, &agency), Ok(()));
        assert_eq!(may(&organ, &organ), Err(MandateFault::Itself));
        assert_eq!(may(&node(1, AgencyKind::Organisation), &agency), Err(MandateFault::NotAnOrgan));
        let acting = Node { acts_for: Some(AgencyId::new([9; 16])), ..organ.clone() };
        assert_eq!(may(&acting, &agency), Err(MandateFault::NotAnOrgan));
        assert_eq!(may(&Node { active: false, ..organ.clone() }, &agency), Err(MandateFault::Closed));
        assert_eq!(may(&organ, &Node { active: false, ..agency.clone() }), Err(MandateFault::Closed));
        let with = |items: &BTreeSet<String>, term: &Term| may_entrust(&organ, &agency, (items, term), &[]);
        assert_eq!(with(&items(&[]), &from), Err(MandateFault::NoItems));
        assert_eq!(with(&wanted, &term(20, 19)), Err(MandateFault::EndsBeforeItBegins));
        assert_eq!(with(&wanted, &term(20, 20)), Ok(()));
        assert_eq!(with(&wanted, &Term { last: None, ..from }), Err(MandateFault::NoLastDay));
        let again = |held: Mandate| may_entrust(&organ, &agency, (&wanted, &from), &[held]);
        let held = mandate(MandateKind::Delegation, 1, Some(5), term(20, 25));
        assert_eq!(again(held.clone()), Err(MandateFault::Redelegated("SJ-C-001".into())));
        assert_eq!(again(Mandate { term: term(21, 25), ..held.clone() }), Ok(()), "later");
        assert_eq!(again(Mandate { items: items(&["X"]), ..held.clone() }), Ok(()), "another item");
        assert_eq!(again(Mandate { kind: MandateKind::Township, ..held }), Ok(()), "powers of its own");
    }

    #[test]
    fn only_townships_towns_and_streets_are_given_powers() {
        let (wanted, from) = (items(&["SJ-C-001"]), Term { last: None, ..term(10, 10) });
        for kind in AgencyKind::ALL {
            let is_one = matches!(kind, AgencyKind::Town | AgencyKind::Township | AgencyKind::Street);
            let told = may_empower(&node(2, *kind), &wanted, &from);
            assert_eq!(told, if is_one { Ok(()) } else { Err(MandateFault::NotATownship) }, "{kind}");
        }
        let closed = Node { active: false, ..node(2, AgencyKind::Town) };
        assert_eq!(may_empower(&closed, &wanted, &from), Err(MandateFault::Closed));
        assert_eq!(may_empower(&node(2, AgencyKind::Town), &items(&[]), &from), Err(MandateFault::NoItems));
    }
}
