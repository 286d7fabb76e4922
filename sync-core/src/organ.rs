//! An agency among the others: its names, in whose name it acts, its place in the tree, and when it can be closed.
//!
//! Promise: pure; each question has one function, which says what speaks against it. Not here: who may ask, and what an
//! organ may enforce (`mandate`).

use crate::agency::AgencyKind;
use crate::id::AgencyId;

/// An agency, as far as the tree is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Id.
    pub id: AgencyId,
    /// Ids from the root to here, each followed by `/`.
    pub path: String,
    /// Full name.
    pub name: String,
    /// As document numbers write it.
    pub short_name: String,
    /// The kind.
    pub kind: AgencyKind,
    /// The organ in whose name it acts; none if it acts in its own.
    pub acts_for: Option<AgencyId>,
    /// Whether it still enforces.
    pub active: bool,
}

/// What speaks against an agency as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// Another agency has this name.
    NameTaken,
    /// Another organ that acts in its own name has this short name: their documents would have the same numbers.
    ShortNameTaken(String),
    /// It would act in its own name by acting for itself.
    ActsForItself,
    /// The organ for which it would act acts for another itself, or no longer enforces.
    ActsForNoOrgan(String),
    /// Others act in its name, so it acts in its own.
    OthersActForIt(String),
}

/// Whether an agency, new or changed, fits among the others. `others` may contain the agency as it was.
///
/// # Errors
/// [`Misfit`].
pub fn fits(new: &Node, others: &[Node]) -> Result<(), Misfit> {
    if new.acts_for == Some(new.id) {
        return Err(Misfit::ActsForItself);
    }
    let mut found = None;
    for other in others.iter().filter(|other| other.id != new.id) {
        if other.name == new.name {
            return Err(Misfit::NameTaken);
        }
        if new.acts_for.is_none() && other.acts_for.is_none() && other.short_name == new.short_name {
            return Err(Misfit::ShortNameTaken(other.name.clone()));
        }
        if new.acts_for.is_some() && other.acts_for == Some(new.id) {
            return Err(Misfit::OthersActForIt(other.name.clone()));
        }
        if new.acts_for == Some(other.id) {
            found = Some(other);
        }
    }
    match (new.acts_for, found) {
        (None, _) => Ok(()),
        (Some(_), Some(organ)) if organ.active && organ.acts_for.is_none() => Ok(()),
        (Some(_), organ) => Err(Misfit::ActsForNoOrgan(organ.map(|organ| organ.name.clone()).unwrap_or_default())),
    }
}

/// Whether an agency can be put below another: not below itself, and not where it is already.
pub fn can_move(node: &Node, below: &Node) -> bool {
    let is_there = node.path.strip_prefix(&below.path).is_some_and(|rest| rest.matches('/').count() == 1);
    below.active && !is_there && !below.path.starts_with(&node.path)
}

/// What keeps an agency from being closed: each a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// People who work there.
    pub people: i64,
    /// Cases that are not closed.
    pub cases: i64,
    /// Agencies below it, or acting in its name, that still enforce.
    pub agencies: i64,
    /// Mandates that have not ended, by which it enforces or entrusts others.
    pub mandates: i64,
}

impl Standing {
    /// Whether nothing does.
    pub const fn is_clear(self) -> bool {
        self.people == 0 && self.cases == 0 && self.agencies == 0 && self.mandates == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: u8, above: &str, name: &str, acts_for: Option<u8>) -> Node {
        Node {
            id: AgencyId::new([id; 16]),
            path: format!("{above}{id}/"),
            name: name.to_owned(),
            short_name: format!("{name}短"),
            kind: AgencyKind::Department,
            acts_for: acts_for.map(|id| AgencyId::new([id; 16])),
            active: true,
        }
    }

    fn tree() -> Vec<Node> {
        vec![
            node(1, "", "府", None),
            node(2, "1/", "局", None),
            node(3, "1/2/", "所", Some(2)),
            Node { active: false, ..node(4, "1/", "旧局", None) },
        ]
    }

    #[test]
    fn names_are_taken_once_and_the_short_name_of_who_acts_for_another_may_be_theirs() {
        let all = tree();
        assert_eq!(fits(&node(5, "1/", "新局", None), &all), Ok(()));
        assert_eq!(fits(&node(2, "1/", "局", None), &all), Ok(()), "itself as it was");
        assert_eq!(fits(&node(5, "1/", "所", None), &all), Err(Misfit::NameTaken));
        let short = Node { short_name: "局短".into(), ..node(5, "1/", "新局", None) };
        assert_eq!(fits(&short, &all), Err(Misfit::ShortNameTaken("局".into())));
        assert_eq!(fits(&Node { acts_for: Some(AgencyId::new([2; 16])), ..short }, &all), Ok(()));
        let of_the_station = Node { short_name: "所短".into(), ..node(5, "1/", "新局", None) };
        assert_eq!(fits(&of_the_station, &all), Ok(()), "who acts for another has no numbers of its own");
    }

    #[test]
    fn an_agency_acts_for_an_organ_that_acts_in_its_own_name() {
        let all = tree();
        assert_eq!(fits(&node(5, "1/", "新", Some(2)), &all), Ok(()));
        assert_eq!(fits(&node(5, "1/", "新", Some(5)), &all), Err(Misfit::ActsForItself));
        assert_eq!(fits(&node(5, "1/", "新", Some(3)), &all), Err(Misfit::ActsForNoOrgan("所".into())));
        assert_eq!(fits(&node(5, "1/", "新", Some(4)), &all), Err(Misfit::ActsForNoOrgan("旧局".into())), "closed");
        assert_eq!(fits(&node(5, "1/", "新", Some(9)), &all), Err(Misfit::ActsForNoOrgan(String::new())), "unknown");
        assert_eq!(fits(&node(2, "1/", "局", Some(1)), &all), Err(Misfit::OthersActForIt("所".into())));
    }

    #[test]
    fn an_agency_goes_below_another_and_never_below_itself() {
        let [government, bureau, station, closed] = <[Node; 4]>::try_from(tree()).unwrap();
        assert!(can_move(&station, &government));
        assert!(!can_move(&station, &bureau), "it is there");
        assert!(!can_move(&bureau, &bureau) && !can_move(&bureau, &station) && !can_move(&government, &bureau));
        assert!(!can_move(&station, &closed));
    }

    #[test]
    fn what_is_left_keeps_an_agency_open() {
        assert!(Standing::default().is_clear());
        for one in [
            Standing { people: 1, ..Standing::default() },
            Standing { cases: 1, ..Standing::default() },
            Standing { agencies: 1, ..Standing::default() },
            Standing { mandates: 1, ..Standing::default() },
        ] {
            assert!(!one.is_clear(), "{one:?}");
        }
    }
}
