//! Verification of a certificate's data: where they came from, and who compared them with what proves it.
//!
//! Promise: a certificate is verified where [`CONFIRMERS`] different persons, none of them its holder, confirmed the same
//! issuing organ for the data as they are written now. A confirmation is of one revision of the data, so a correction
//! ends it. Not here: whether the certificate is valid (`certificate`).

use crate::code::codes;
use crate::id::OfficerId;

codes! {
    /// Where the data of a certificate came from.
    pub enum SourceKind {
        /// 花名册: a roster that was imported.
        Roster = "roster",
        /// 省级行政执法人员数据库: an export of the provincial register.
        ProvincialRegister = "provincial_register",
        /// 查验原件: the card was seen.
        CardSeen = "card_seen",
    }
}

/// How many persons confirm a certificate.
pub const CONFIRMERS: usize = 2;

/// One person's confirmation of a certificate's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed<'a> {
    /// Who confirmed it.
    pub by: OfficerId,
    /// The revision of the data that was confirmed.
    pub revision: i64,
    /// The organ that issued the certificate.
    pub issued_by: &'a str,
}

/// The organ that issued a verified certificate; none for one that is not verified.
///
/// ```
/// use sync_core::id::OfficerId;
/// use sync_core::verification::{Confirmed, issuer};
///
/// let [holder, one, other] = [1, 2, 3].map(|byte| OfficerId::new([byte; 16]));
/// let by = |by, revision| Confirmed { by, revision, issued_by: "巫山县人民政府" };
/// assert_eq!(issuer(&holder, 0, &[by(one, 0), by(other, 0)]), Some("巫山县人民政府"));
/// assert_eq!(issuer(&holder, 0, &[by(one, 0), by(one, 0)]), None, "one person twice");
/// assert_eq!(issuer(&holder, 0, &[by(one, 0), by(holder, 0)]), None, "the holder");
/// assert_eq!(issuer(&holder, 1, &[by(one, 0), by(other, 0)]), None, "corrected since");
/// ```
pub fn issuer<'a>(holder: &OfficerId, revision: i64, all: &[Confirmed<'a>]) -> Option<&'a str> {
    let counts: Vec<&Confirmed<'a>> = all.iter().filter(|one| one.revision == revision && one.by != *holder).collect();
    counts.iter().find_map(|one| {
        let mut people: Vec<OfficerId> =
            counts.iter().filter(|other| other.issued_by == one.issued_by).map(|other| other.by).collect();
        people.sort_unstable();
        people.dedup();
        (people.len() >= CONFIRMERS).then_some(one.issued_by)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_persons_who_name_different_organs_confirm_nothing() {
        let [holder, one, other, third] = [1, 2, 3, 4].map(|byte| OfficerId::new([byte; 16]));
        let by = |by, issued_by| Confirmed { by, revision: 3, issued_by };
        assert_eq!(issuer(&holder, 3, &[by(one, "甲县人民政府"), by(other, "乙县人民政府")]), None);
        let all = [by(one, "甲县人民政府"), by(other, "乙县人民政府"), by(third, "乙县人民政府")];
        assert_eq!(issuer(&holder, 3, &all), Some("乙县人民政府"));
        assert_eq!(issuer(&holder, 3, &[]), None);
    }
}
