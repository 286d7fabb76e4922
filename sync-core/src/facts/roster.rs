//! The roster: agencies and certificates as known when a case is judged.
//!
//! Promise: reference data with an unknown status is refused as a whole, so no certificate gets a wrong status. Not
//! here: the status of a certificate at an instant (`certificate`).

use super::reach::{Reach, Reaches};
use crate::agency::AgencyKind;
use crate::certificate::{CertificateState, CertificateStatus, History, Span, last_instant};
use crate::id::{AgencyId, OfficerId, TenantId};
use crate::law::discretion::{BadRange, FineRange};
use crate::law::facts::{Certificate, NotValid, OrganKind, Sector, SpotLimit};
use crate::money::Fen;
use crate::time::Instant;
use crate::when::Interval as During;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Register data about agencies and officers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// The installation.
    pub tenant: Option<TenantId>,
    /// Six-digit region of the county.
    pub region: String,
    /// Agencies by id.
    pub agencies: BTreeMap<AgencyId, AgencyEntry>,
    /// Officers by id.
    pub officers: BTreeMap<OfficerId, OfficerEntry>,
    /// Items of the catalogue by their code.
    pub items: BTreeMap<String, ItemEntry>,
    /// Source of the signed local configuration that treats an individual business as an organisation.
    pub individual_business_as_organisation: Option<String>,
    /// Source of the signed local configuration that lets a party's kind and code differ.
    pub code_of_another_kind: Option<String>,
}

/// The rule data of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgencyEntry {
    /// Stable code of its sector.
    pub sector: String,
    /// Organ of reconsideration.
    pub reconsideration: Option<String>,
    /// The kind of organ that decides in its cases.
    pub kind: OrganKind,
}

/// The rule data of an item (执法事项).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemEntry {
    /// The legal range of a fine, if the item provides for one.
    pub range: Option<FineRange>,
    /// Another law's limit for a fine made on the spot, with its source.
    pub spot_limit: Option<SpotLimit>,
    /// Legal reviewers confirmed its article and amounts.
    pub confirmed: bool,
}

/// The rule data of an officer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfficerEntry {
    /// Whether the person is a helper (辅助人员, 网格员).
    pub is_helper: bool,
    /// The officer's certificates.
    pub certificates: Vec<HeldCertificate>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCertificate {
    /// Its history.
    pub history: History,
    /// Its region and category.
    pub reach: Reach,
    /// Whether it reaches the case that is judged; see [`Roster::for_case`].
    pub reaches: Reaches,
}

impl HeldCertificate {
    /// A certificate that has not been compared with a case.
    pub const fn new(history: History, reach: Reach) -> Self {
        Self { history, reach, reaches: Reaches::Yes }
    }
}

/// State of an officer's certificates at a time. It is valid if any certificate that reaches the case is valid. Otherwise
/// it gives the reason why the certificates are not valid. It is unknown if the roster does not contain the officer, or if
/// the register does not state the reach of a valid certificate and no other one was suspended, cancelled, revoked or lost.
pub fn certificate_of(entry: Option<&OfficerEntry>, at: Instant) -> Certificate {
    let Some(entry) = entry else { return Certificate::Unknown };
    let (mut why, mut not_told) = (None, false);
    for HeldCertificate { history, reaches, .. } in &entry.certificates {
        let reason = match history.at(at) {
            CertificateState::Valid => match reaches {
                Reaches::Yes => return Certificate::Valid,
                Reaches::No => NotValid::OutOfScope,
                Reaches::NotTold => {
                    not_told = true;
                    continue;
                }
            },
            CertificateState::Suspended => NotValid::Suspended,
            CertificateState::Cancelled => NotValid::Cancelled,
            CertificateState::Revoked => NotValid::Revoked,
            CertificateState::Lost => NotValid::Lost,
            CertificateState::Expired => NotValid::Expired,
            // Between two entries the certificate counts as expired; before the first entry it does not exist.
            CertificateState::NotInForce if history.began(at) => NotValid::Expired,
            CertificateState::NotInForce => continue,
        };
        // Any other reason replaces `Expired`: a revoked certificate matters more than an expired one.
        match why {
            None | Some(NotValid::Expired) => why = Some(reason),
            Some(_) => {}
        }
    }
    match why {
        None | Some(NotValid::Expired | NotValid::OutOfScope) if not_told => Certificate::Unknown,
        why => Certificate::NotValid(why.unwrap_or(NotValid::Missing)),
    }
}

/// The kind of organ by the register's kind of agency, if that is known. A station that acts for its organ decides in the organ's name.
pub const fn organ_kind(kind: Option<AgencyKind>, acts_for_another: bool) -> OrganKind {
    match kind {
        _ if acts_for_another => OrganKind::Department,
        Some(AgencyKind::Department) => OrganKind::Department,
        Some(AgencyKind::Government | AgencyKind::Township | AgencyKind::Town) => OrganKind::Government,
        Some(AgencyKind::Street) => OrganKind::Outpost,
        Some(AgencyKind::Station) => OrganKind::Station,
        Some(AgencyKind::Justice) => OrganKind::Justice,
        Some(AgencyKind::Organisation) => OrganKind::Authorised,
        None => OrganKind::NotTold,
    }
}

/// State of an officer's certificates over an interval. It is valid if a certificate was valid at every moment of the
/// interval. If none was valid at any moment, it is the state at the start. Otherwise it is unknown, because the act may
/// have been at a valid or an invalid moment.
pub fn certificate_during(entry: Option<&OfficerEntry>, during: &During) -> Certificate {
    let Some(known) = entry else { return Certificate::Unknown };
    let valid: Vec<(Instant, Instant)> = known
        .certificates
        .iter()
        .filter(|held| held.reaches == Reaches::Yes)
        .flat_map(|held| held.history.valid())
        .collect();
    if !valid.iter().any(|(from, until)| *from <= during.upper && during.lower < *until) {
        return certificate_of(entry, during.lower);
    }
    // Spans of several certificates may follow or overlap each other.
    let mut reached = during.lower;
    loop {
        let holding = valid.iter().filter(|(from, _)| *from <= reached);
        match holding.map(|(_, until)| *until).max() {
            Some(until) if until > during.upper || until == During::OPEN => return Certificate::Valid,
            Some(until) if until > reached => reached = until,
            Some(_) | None => return Certificate::Unknown,
        }
    }
}

impl Roster {
    /// The part of the roster that a case of this sector needs: these officers, each certificate with its reach for the
    /// case.
    #[must_use]
    pub fn for_case<'a>(&self, officers: impl IntoIterator<Item = &'a OfficerId>, sector: Sector) -> Self {
        let within = |id: &OfficerId| {
            let OfficerEntry { is_helper, certificates } = self.officers.get(id)?;
            let held = |held: &HeldCertificate| HeldCertificate {
                reaches: held.reach.of(&self.region, sector),
                ..held.clone()
            };
            Some((*id, OfficerEntry { is_helper: *is_helper, certificates: certificates.iter().map(held).collect() }))
        };
        Self { officers: officers.into_iter().filter_map(within).collect(), ..self.without_officers() }
    }

    fn without_officers(&self) -> Self {
        Self {
            tenant: self.tenant,
            region: self.region.clone(),
            agencies: self.agencies.clone(),
            officers: BTreeMap::new(),
            items: self.items.clone(),
            individual_business_as_organisation: self.individual_business_as_organisation.clone(),
            code_of_another_kind: self.code_of_another_kind.clone(),
        }
    }

    /// Parses the parts of the reference data that rules use.
    ///
    /// # Errors
    /// The error of `serde_json` if the text is not the reference data.
    pub fn from_reference(json: &str) -> Result<Self, serde_json::Error> {
        let Reference {
            tenant,
            region,
            agencies,
            items,
            officers,
            individual_business_as_organisation,
            code_of_another_kind,
        } = serde_json::from_str(json)?;
        // The reference data names the organ of reconsideration by id; rules compare its name with the text of
        // documents.
        let names: BTreeMap<AgencyId, String> =
            agencies.iter().map(|agency| (agency.id, agency.name.clone())).collect();
        let agencies = agencies.into_iter().map(|Agency { id, sector, reconsideration, kind, acts_for, .. }| {
            let reconsideration = reconsideration.and_then(|organ| names.get(&organ).cloned());
            // A kind of a newer server is not told.
            let kind = organ_kind(AgencyKind::parse(&kind).ok(), acts_for.is_some());
            (id, AgencyEntry { sector, reconsideration, kind })
        });
        let officers = officers.into_iter().map(|Entry { officer, certificates }| {
            let certificates = certificates.into_iter().map(Holding::held).collect();
            (officer.id, OfficerEntry { is_helper: officer.helper, certificates })
        });
        Ok(Self {
            tenant,
            region,
            agencies: agencies.collect(),
            officers: officers.collect(),
            items: items.into_iter().map(Item::entry).collect::<Result<_, _>>()?,
            individual_business_as_organisation,
            code_of_another_kind,
        })
    }
}

impl From<Interval> for Span {
    fn from(Interval { status, from_ms, until_ms }: Interval) -> Self {
        Self { status, from: Instant::from_ms(from_ms), until: until_ms.map(Instant::from_ms) }
    }
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    tenant: Option<TenantId>,
    #[serde(default)]
    region: String,
    #[serde(default)]
    agencies: Vec<Agency>,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    officers: Vec<Entry>,
    #[serde(default)]
    individual_business_as_organisation: Option<String>,
    #[serde(default)]
    code_of_another_kind: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    code: String,
    #[serde(default)]
    min_fen: Option<i64>,
    #[serde(default)]
    max_fen: Option<i64>,
    #[serde(default)]
    spot_limit: Option<Limit>,
    #[serde(default)]
    confirmed: bool,
}

#[derive(Deserialize)]
struct Limit {
    citizen_fen: i64,
    organisation_fen: i64,
    basis: String,
}

impl Item {
    /// Amounts that are not a range are an error in the reference data; they do not count as an item without a range.
    fn entry(self) -> Result<(String, ItemEntry), serde_json::Error> {
        let Self { code, min_fen, max_fen, spot_limit, confirmed } = self;
        let wrong = |what: String| serde::de::Error::custom(format!("item {code}: {what}"));
        let fen = |fen: i64| Fen::new(fen).map_err(|bad| wrong(bad.to_string()));
        let (min, max) = (min_fen.map(fen).transpose()?, max_fen.map(fen).transpose()?);
        let range = FineRange::given(min, max).map_err(|bad: BadRange| wrong(bad.to_string()))?;
        let limit = |Limit { citizen_fen, organisation_fen, basis }: Limit| {
            Ok::<_, serde_json::Error>(SpotLimit {
                citizen: fen(citizen_fen)?,
                organisation: fen(organisation_fen)?,
                basis,
            })
        };
        let spot_limit = spot_limit.map(limit).transpose()?;
        Ok((code.clone(), ItemEntry { range, spot_limit, confirmed }))
    }
}

#[derive(Deserialize)]
struct Agency {
    id: AgencyId,
    #[serde(default)]
    name: String,
    #[serde(default)]
    sector: String,
    #[serde(default)]
    reconsideration: Option<AgencyId>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    acts_for: Option<AgencyId>,
}

#[derive(Deserialize)]
struct Entry {
    officer: Officer,
    #[serde(default)]
    certificates: Vec<Holding>,
}

#[derive(Deserialize)]
struct Officer {
    id: OfficerId,
    #[serde(default)]
    helper: bool,
}

#[derive(Deserialize)]
struct Holding {
    #[serde(default)]
    valid_until: Option<String>,
    #[serde(default)]
    region: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    intervals: Vec<Interval>,
}

impl Holding {
    fn held(self) -> HeldCertificate {
        let Self { valid_until, region, category, intervals } = self;
        let spans = intervals.into_iter().map(Span::from).collect();
        HeldCertificate::new(
            History { ends: valid_until.as_deref().map(last_instant), spans },
            Reach { region, category },
        )
    }
}

#[derive(Deserialize)]
struct Interval {
    status: CertificateStatus,
    from_ms: i64,
    #[serde(default)]
    until_ms: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Date;

    #[test]
    fn each_kind_of_organ_has_its_words_and_who_acts_for_another_is_as_that_one() {
        for (words, kind) in [
            (&["department"][..], OrganKind::Department),
            (&["government", "township", "town"], OrganKind::Government),
            (&["street"], OrganKind::Outpost),
            (&["station"], OrganKind::Station),
            (&["justice"], OrganKind::Justice),
            (&["organisation"], OrganKind::Authorised),
            (&["", "Station", "village"], OrganKind::NotTold),
        ] {
            for word in words {
                let read = AgencyKind::parse(word).ok();
                assert_eq!((organ_kind(read, false), organ_kind(read, true)), (kind, OrganKind::Department), "{word}");
            }
        }
    }

    /// A register that left the interval open: the last day printed on the certificate ends it.
    #[test]
    fn the_last_day_printed_on_a_certificate_counts_and_the_next_does_not() {
        let roster = |valid_until: &str| {
            let intervals = r#"[{"status": "valid", "from_ms": 0, "until_ms": null}]"#;
            let officer = "11".repeat(16);
            let json = format!(
                r#"{{"officers": [{{"officer": {{"id": "{officer}"}},
                    "certificates": [{{"valid_until": "{valid_until}", "intervals": {intervals}}}]}}]}}"#
            );
            Roster::from_reference(&json).unwrap()
        };
        let state = |roster: &Roster, at| certificate_of(roster.officers.get(&OfficerId::new([0x11; 16])), at);
        let midnight = Instant::start_of(Date::constant(2026, 11, 24));
        let printed = roster("2026-11-23");
        assert_eq!(state(&printed, midnight.plus_ms(-1)), Certificate::Valid);
        assert_eq!(state(&printed, midnight), Certificate::NotValid(NotValid::Expired));
        assert_eq!(state(&roster("some day"), Instant::from_ms(1)), Certificate::NotValid(NotValid::Expired));
    }

    #[test]
    fn a_status_that_is_none_leaves_the_reference_data_unread() {
        let officer = "11".repeat(16);
        let read = |status: &str| {
            let intervals = format!(r#"[{{"status": "{status}", "from_ms": 0}}]"#);
            Roster::from_reference(&format!(
                r#"{{"officers": [{{"officer": {{"id": "{officer}"}}, "certificates": [{{"intervals": {intervals}}}]}}]}}"#
            ))
        };
        assert!(read("lost").is_ok());
        assert!(read("borrowed").unwrap_err().to_string().contains("one of `valid`"));
    }

    fn held(history: History) -> HeldCertificate {
        HeldCertificate::new(history, Reach::default())
    }

    #[test]
    fn article_42_a_certificate_counts_in_its_region_and_field_and_is_unknown_where_the_register_does_not_tell() {
        let officer = OfficerId::new([0x11; 16]);
        let state = |region: &str, category: &str, sector| {
            let json = format!(
                r#"{{"region": "500237", "officers": [{{"officer": {{"id": "{officer}"}}, "certificates": [
                    {{"region": "{region}", "category": "{category}", "intervals": [{{"status": "valid", "from_ms": 0}}]}}]}}]}}"#
            );
            let roster = Roster::from_reference(&json).unwrap().for_case([&officer], sector);
            certificate_of(roster.officers.get(&officer), Instant::from_ms(1))
        };
        let elsewhere = Certificate::NotValid(NotValid::OutOfScope);
        assert_eq!(state("500237", "市场监管", Sector::Market), Certificate::Valid);
        assert_eq!(state("500237", "综合执法", Sector::Transport), Certificate::Valid);
        assert_eq!(state("500236", "市场监管", Sector::Market), elsewhere);
        assert_eq!(state("500237", "交通运输", Sector::Market), elsewhere);
        assert_eq!(state("500237", "甲类", Sector::Market), Certificate::Unknown);
        assert_eq!(state("", "市场监管", Sector::Market), Certificate::Unknown);
    }

    #[test]
    fn an_item_whose_amounts_are_no_range_leaves_the_reference_data_unread() {
        let item = |amounts: &str| {
            let roster = Roster::from_reference(&format!(r#"{{"items": [{{"code": "A", {amounts}}}]}}"#));
            roster.map(|roster| roster.items.get("A").and_then(|item| item.range))
        };
        let most = FineRange::up_to(Fen::yuan(5_000)).unwrap();
        assert_eq!(item(r#""min_fen": null, "max_fen": 500000"#).unwrap(), Some(most));
        assert_eq!(item(r#""min_fen": null, "max_fen": null"#).unwrap(), None);
        assert!(item(r#""min_fen": 0, "max_fen": 500000"#).is_err());
        assert!(item(r#""min_fen": 500001, "max_fen": 500000"#).is_err());
        assert!(item(r#""min_fen": 1, "max_fen": null"#).is_err());
    }

    #[test]
    fn of_several_certificates_a_valid_one_counts_and_else_what_was_taken() {
        let span = |status, from, until: Option<i64>| Span {
            status,
            from: Instant::from_ms(from),
            until: until.map(Instant::from_ms),
        };
        let entry = OfficerEntry {
            is_helper: false,
            certificates: vec![
                held(History {
                    ends: Some(Instant::from_ms(10)),
                    spans: vec![span(CertificateStatus::Valid, 0, None)],
                }),
                held(History {
                    ends: None,
                    spans: vec![
                        span(CertificateStatus::Valid, 5, Some(20)),
                        span(CertificateStatus::Revoked, 20, None),
                    ],
                }),
            ],
        };
        let state = |ms| certificate_of(Some(&entry), Instant::from_ms(ms));
        let not = Certificate::NotValid;
        assert_eq!([-1, 0, 15].map(state), [not(NotValid::Missing), Certificate::Valid, Certificate::Valid]);
        assert_eq!(state(20), not(NotValid::Revoked));
        assert_eq!(certificate_of(None, Instant::from_ms(0)), Certificate::Unknown);
    }

    #[test]
    fn a_certificate_counts_for_an_act_only_where_it_held_throughout_and_against_it_only_where_it_never_did() {
        let span = |status, from, until: Option<i64>| Span {
            status,
            from: Instant::from_ms(from),
            until: until.map(Instant::from_ms),
        };
        let of = |spans: Vec<Span>| held(History { ends: None, spans });
        let valid = |from, until| span(CertificateStatus::Valid, from, until);
        let entry = OfficerEntry {
            is_helper: false,
            certificates: vec![
                of(vec![valid(10, Some(20)), span(CertificateStatus::Suspended, 20, Some(30)), valid(30, Some(40))]),
                of(vec![valid(40, Some(50))]),
            ],
        };
        let state = |lower, upper| {
            let (lower, upper) = (Instant::from_ms(lower), Instant::from_ms(upper));
            certificate_during(Some(&entry), &During { lower, upper, grade: crate::when::Grade::B })
        };
        let not = Certificate::NotValid;
        assert_eq!(
            [state(10, 19), state(9, 19), state(10, 20)],
            [Certificate::Valid, Certificate::Unknown, Certificate::Unknown]
        );
        assert_eq!(state(30, 49), Certificate::Valid, "one certificate follows the other");
        assert_eq!(
            [state(20, 29), state(19, 29), state(20, 30)],
            [not(NotValid::Suspended), Certificate::Unknown, Certificate::Unknown]
        );
        assert_eq!([state(50, 60), state(49, 60)], [not(NotValid::Expired), Certificate::Unknown]);
        assert_eq!([state(0, 9), state(0, 10)], [not(NotValid::Missing), Certificate::Unknown]);
        assert_eq!(state(45, i64::MAX), Certificate::Unknown, "nothing bounds it above");
        let endless = OfficerEntry { certificates: vec![of(vec![valid(10, None)])], ..entry.clone() };
        let during = During { lower: Instant::from_ms(10), upper: During::OPEN, grade: crate::when::Grade::B };
        assert_eq!(certificate_during(Some(&endless), &during), Certificate::Valid);
    }
}
