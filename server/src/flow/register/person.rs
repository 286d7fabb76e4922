//! Whom a row of a roster means, and what is to be written of them.

use std::collections::BTreeMap;

use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::id::{AgencyId, OfficerId};
use sync_core::time::Instant;

use super::planned::{Held, Planned, PlannedCertificate};
use super::roster::{Entry, Written, Wrong};
use crate::flow::certificate::{ends, renewal, status_at};
use crate::flow::mask::middle;
use crate::flow::sheet::report::Difference;
use crate::store::{AgencyRow, CertificateRow, IntervalRow, OfficerRow};

/// Fewest characters of an agency's name that stand for the whole of it.
const SHORTEST_END: usize = 4;

/// The register by each thing that tells people apart.
pub(super) struct Index<'a> {
    held: &'a Held,
    by_id: BTreeMap<OfficerId, &'a OfficerRow>,
    by_citizen: BTreeMap<&'a str, OfficerId>,
    by_name: BTreeMap<&'a str, Vec<&'a OfficerRow>>,
    certificates: BTreeMap<&'a str, &'a (CertificateRow, Vec<IntervalRow>)>,
    certificates_of: BTreeMap<OfficerId, Vec<&'a CertificateRow>>,
    agencies: BTreeMap<AgencyId, &'a AgencyRow>,
    /// Each agency with its name and its short name, as [`bare`] leaves them.
    agency_names: Vec<(&'a AgencyRow, [String; 2])>,
}

impl<'a> Index<'a> {
    /// Of a register.
    pub(super) fn of(held: &'a Held) -> Self {
        let (mut by_name, mut certificates_of) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for officer in &held.officers {
            by_name.entry(officer.name.as_str()).or_default().push(officer);
        }
        for (certificate, _) in &held.certificates {
            certificates_of.entry(certificate.officer).or_default().push(certificate);
        }
        Self {
            held,
            by_id: held.officers.iter().map(|officer| (officer.id, officer)).collect(),
            by_citizen: held.identities.iter().map(|(officer, number)| (number.as_str(), *officer)).collect(),
            by_name,
            certificates: held.certificates.iter().map(|one| (one.0.number.as_str(), one)).collect(),
            certificates_of,
            agencies: held.agencies.iter().map(|agency| (agency.id, agency)).collect(),
            agency_names: held
                .agencies
                .iter()
                .map(|agency| (agency, [bare(&agency.name), bare(&agency.short_name)]))
                .collect(),
        }
    }

    /// What is to be written for a row.
    ///
    /// # Errors
    /// Why it cannot be taken.
    pub(super) fn plan(&self, entry: &Entry, now: Instant) -> Result<Planned, Wrong> {
        let agency = self.agency(entry)?;
        self.is_not_elsewhere(entry)?;
        let known = self.person(entry, agency)?;
        if let Some(known) = known.filter(|known| !known.active) {
            return Err(Wrong::at(
                entry.row.clone(),
                format!("{}在册为已离岗：请先恢复在岗，再导入", known.name),
                format!("{} has left, says the register: reactivate the person first", known.name),
            ));
        }
        let mut differences = Vec::new();
        let mut differ = |zh, en, old: &str, new: &str| {
            if old != new {
                differences.push(Difference { zh, en, old: old.to_owned(), new: new.to_owned() });
            }
        };
        let certificate =
            entry.certificate.as_ref().map(|written| self.certificate(entry, written, known, now)).transpose()?;
        let mut citizen_number = entry.citizen_number.clone();
        let helper = entry.helper.or(known.map(|known| known.helper)).unwrap_or(false);
        if let Some(known) = known {
            differ("姓名", "name", &known.name, &entry.name);
            differ("单位", "agency", self.agency_name(known.agency), self.agency_name(agency.id));
            differ("人员类别", "kind", kind(known.helper), kind(helper));
            match (self.held.identities.get(&known.id), &citizen_number) {
                (None, Some(new)) => differ("公民身份号码", "citizen number", "", &middle(new, (3, 4))),
                (Some(_), Some(_)) => citizen_number = None,
                (_, None) => {}
            }
            if let Some((planned, old)) = &certificate {
                let Written { number, category, region: _, issued, until } = &planned.written;
                match old {
                    None => differ("行政执法证", "certificate", "", number),
                    Some(old) => {
                        differ("执法类别", "category", &old.category, category);
                        differ("执法区域", "region", &old.region, &planned.region);
                        differ("发证日期", "issued on", &old.issued_on, &issued.to_string());
                        differ("有效期至", "valid until", &old.valid_until, &until.to_string());
                    }
                }
            }
        }
        Ok(Planned {
            known: known.cloned(),
            name: entry.name.clone(),
            agency: agency.id,
            helper,
            citizen_number,
            certificate: certificate.map(|(planned, _)| planned),
            differences,
        })
    }

    /// The name of an agency; empty where there is none.
    pub(super) fn agency_name(&self, id: AgencyId) -> &'a str {
        self.agencies.get(&id).map_or("", |agency| &agency.name)
    }

    fn agency(&self, entry: &Entry) -> Result<&'a AgencyRow, Wrong> {
        let wanted = bare(&entry.agency);
        let whose = |is: &dyn Fn(&[String; 2]) -> bool| -> Vec<&'a AgencyRow> {
            self.agency_names.iter().filter(|(_, names)| is(names)).map(|(agency, _)| *agency).collect()
        };
        let mut found = whose(&|names| names.contains(&wanted));
        // Offices leave out the bodies above: 高唐市场监督管理所.
        if found.is_empty() && wanted.chars().count() >= SHORTEST_END {
            found = whose(&|[name, _]| name.ends_with(&wanted));
        }
        let place = entry.agency_place();
        match found.as_slice() {
            [one] if one.active => Ok(one),
            [gone] => Err(Wrong::at(
                place,
                format!("“{}”在册为已停用的单位", gone.name),
                format!("“{}” is an agency that has been deactivated", gone.name),
            )),
            [] => {
                let is_alike = |[name, short_name]: &[String; 2]| {
                    name.contains(&wanted) || wanted.contains(name) || wanted.contains(short_name)
                };
                let alike: Vec<&str> =
                    whose(&is_alike).into_iter().take(3).map(|agency| agency.name.as_str()).collect();
                let (zh, en) = if alike.is_empty() {
                    (
                        "请先登记这个单位，或者改用在册名称".to_owned(),
                        "enter it first, or write the name that the register has".to_owned(),
                    )
                } else {
                    let alike = alike.join("、");
                    (format!("名称相近的有：{alike}"), format!("the register has {alike}"))
                };
                Err(Wrong::at(
                    place,
                    format!("没有名为“{}”的单位；{zh}", entry.agency),
                    format!("no agency is called “{}”; {en}", entry.agency),
                ))
            }
            several => {
                let names: Vec<&str> = several.iter().take(3).map(|agency| agency.name.as_str()).collect();
                let names = names.join("、");
                Err(Wrong::at(
                    place,
                    format!("“{}”可以是几个单位：{names}；请写全称", entry.agency),
                    format!("“{}” may be several agencies: {names}; write the full name", entry.agency),
                ))
            }
        }
    }

    /// A number of somebody beyond the agencies that may be touched is refused, and not whose it is.
    fn is_not_elsewhere(&self, entry: &Entry) -> Result<(), Wrong> {
        let Held { citizens_elsewhere, certificates_elsewhere, .. } = self.held;
        let number = entry.certificate.as_ref().map(|written| &written.number);
        let all = [
            (
                entry.citizen_number.as_ref(),
                citizens_elsewhere,
                entry.citizen_place(),
                "公民身份号码",
                "citizen number",
            ),
            (number, certificates_elsewhere, entry.number_place(), "证号", "certificate"),
        ];
        for (number, elsewhere, place, zh, en) in all {
            if number.is_some_and(|number| elsewhere.contains(number)) {
                return Err(Wrong::at(
                    place,
                    format!("您管理的单位不能登记这个{zh}：请核对；确实无误的，请上级单位的管理员办理"),
                    format!(
                        "this {en} cannot be entered for the agencies that you administer: check it; if it is right, ask the \
                         administrator of the agency above"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Whom a row means; none for somebody new.
    fn person(&self, entry: &Entry, agency: &AgencyRow) -> Result<Option<&'a OfficerRow>, Wrong> {
        let by_number = entry.certificate.as_ref().and_then(|written| self.certificates.get(written.number.as_str()));
        let by_number = by_number.and_then(|(certificate, _)| self.by_id.get(&certificate.officer).copied());
        let by_citizen = entry.citizen_number.as_ref().and_then(|number| self.by_citizen.get(number.as_str()));
        let by_citizen = by_citizen.and_then(|id| self.by_id.get(id).copied());
        match (by_number, by_citizen) {
            (Some(one), Some(other)) if one.id != other.id => Err(Wrong::at(
                entry.number_place(),
                format!("证号在册属于{}，公民身份号码在册属于{}：请核对", one.name, other.name),
                format!(
                    "the certificate is {}'s in the register, the citizen number {}'s: check both",
                    one.name, other.name
                ),
            )),
            (Some(known), None) if self.held.identities.contains_key(&known.id) && entry.citizen_number.is_some() => {
                Err(Wrong::at(
                    entry.citizen_place(),
                    format!("证号在册属于{}，其公民身份号码与此不同：请核对", known.name),
                    format!(
                        "the certificate is {}'s in the register, with another citizen number: check both",
                        known.name
                    ),
                ))
            }
            (Some(known), None) if known.name != entry.name && entry.citizen_number.is_none() => Err(Wrong::at(
                entry.number_place(),
                format!("证号在册属于{}：请核对；如已改名，请填写公民身份号码", known.name),
                format!(
                    "the certificate is {}'s in the register: check it; after a change of name enter the citizen number",
                    known.name
                ),
            )),
            (_, Some(known)) | (Some(known), None) => Ok(Some(known)),
            (None, None) => self.namesake(entry, agency),
        }
    }

    fn namesake(&self, entry: &Entry, agency: &AgencyRow) -> Result<Option<&'a OfficerRow>, Wrong> {
        let namesakes = self.by_name.get(entry.name.as_str()).map_or(&[][..], Vec::as_slice);
        // A citizen number that the register has of them is not the one of the row: another person.
        let others = |one: &&&OfficerRow| entry.citizen_number.is_some() && self.held.identities.contains_key(&one.id);
        let possible: Vec<&&OfficerRow> = namesakes.iter().filter(|one| !others(one)).collect();
        let here: Vec<&&OfficerRow> = possible.iter().copied().filter(|one| one.agency == agency.id).collect();
        let has_number = |one: &OfficerRow| self.certificates_of.contains_key(&one.id);
        match here.as_slice() {
            [one] if entry.certificate.is_none() || !has_number(one) => Ok(Some(one)),
            [] if possible.is_empty() || entry.certificate.is_some() || entry.citizen_number.is_some() => Ok(None),
            _ => Err(Wrong::at(
                entry.row.clone(),
                format!("在册已有{}，不能确定是否同一人：请填写公民身份号码（双方都要有）或者在册的证号", entry.name),
                format!(
                    "the register has a person called {}, and nothing tells whether it is this one: enter the citizen number (in \
                     the register as well) or the certificate that the register has",
                    entry.name
                ),
            )),
        }
    }

    /// The certificate as it is to be, and as it is.
    fn certificate(
        &self,
        entry: &Entry,
        written: &Written,
        known: Option<&OfficerRow>,
        now: Instant,
    ) -> Result<(PlannedCertificate, Option<&'a CertificateRow>), Wrong> {
        let region = self.region(entry, written)?;
        let held = self
            .certificates
            .get(written.number.as_str())
            .filter(|(row, _)| known.is_some_and(|known| known.id == row.officer));
        let span = |ordinal, from, reason: &str| IntervalRow {
            ordinal,
            status: CertificateStatus::Valid,
            from,
            until: None,
            reason: reason.to_owned(),
            basis: "执法人员花名册".to_owned(),
            decided_by: String::new(),
        };
        let history = match held {
            None => vec![span(0, Instant::start_of(written.issued), "发证")],
            Some((row, intervals)) => {
                let is_renewed = row.valid_until < written.until.to_string();
                // A roster lifts no suspension and no revocation.
                let may_go_on =
                    matches!(status_at(row, intervals, now), CertificateState::Valid | CertificateState::Expired);
                let from = if row.issued_on == written.issued.to_string() {
                    ends(row)
                } else {
                    Instant::start_of(written.issued)
                };
                if is_renewed && may_go_on {
                    renewal(row, intervals, span(0, from, "有效期延续"))
                } else {
                    Vec::new()
                }
            }
        };
        let planned = PlannedCertificate { written: written.clone(), region, is_known: held.is_some(), history };
        Ok((planned, held.map(|(row, _)| row)))
    }

    fn region(&self, entry: &Entry, written: &Written) -> Result<String, Wrong> {
        let Some(said) = &written.region else { return Ok(self.held.region.clone()) };
        if [2, 4, 6, 9, 12].contains(&said.len()) && said.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(said.clone());
        }
        let wanted = bare(said);
        let mut named = self.held.regions.iter().filter(|region| wanted.ends_with(&bare(&region.name)));
        match (named.next(), named.next()) {
            (Some(one), None) => Ok(one.code.clone()),
            _ => Err(Wrong::at(
                entry.region_place(),
                format!("不认识执法区域“{said}”：请写行政区划代码（GB/T 2260），例如 {}", self.held.region),
                format!("the region “{said}” is unknown: write its code (GB/T 2260), such as {}", self.held.region),
            )),
        }
    }
}

/// What a roster calls a person who enforces, or helps.
pub(super) const fn kind(helper: bool) -> &'static str {
    if helper { "执法辅助人员" } else { "执法人员" }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
