//! A roster against the register: new, changed, unchanged or refused, row by row.
//!
//! Promise: pure; a person is recognised by the number of the certificate or the citizen number, and by agency and name
//! only where nothing speaks against it. What fits two people is refused, never chosen. Somebody who is not in the
//! roster stays as they are.

use std::collections::BTreeMap;

use sync_core::id::{AgencyId, OfficerId};
use sync_core::time::Instant;
use table::Place;

use super::person::Index;
use super::planned::{Held, Planned};
use super::roster::{Entry, ReadRow, Roster, Wrong};
use crate::flow::sheet::report::{Line, Outcome, Report};

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Row by row.
    pub report: Report,
    /// What is to be written.
    pub planned: Vec<Planned>,
}

/// Compares.
pub fn compare(held: &Held, roster: &Roster, now: Instant) -> Comparison {
    let (wrong, notes) = (roster.wrong.clone(), roster.notes.clone());
    let mut comparison = Comparison { report: Report { lines: Vec::new(), wrong, notes }, planned: Vec::new() };
    let (index, mut seen) = (Index::of(held), Seen::default());
    for ReadRow { name, row, entry } in &roster.rows {
        let planned = entry.as_ref().map_err(Clone::clone).and_then(|entry| {
            let planned = index.plan(entry, now).map_err(|wrong| vec![wrong])?;
            seen.once(entry, &planned).map_err(|wrong| vec![wrong])?;
            Ok(planned)
        });
        let agency = planned.as_ref().map_or("", |planned| index.agency_name(planned.agency)).to_owned();
        let outcome = match planned {
            Err(wrong) => Outcome::Refused(wrong),
            Ok(planned) if planned.known.is_none() => {
                comparison.planned.push(planned);
                Outcome::New
            }
            Ok(planned) if planned.differences.is_empty() => Outcome::Unchanged,
            Ok(planned) => {
                let differences = planned.differences.clone();
                comparison.planned.push(planned);
                Outcome::Changed(differences)
            }
        };
        comparison.report.lines.push(Line { row: row.clone(), name: name.clone(), agency, outcome });
    }
    comparison
}

/// People of the file so far, by each thing that tells them apart.
#[derive(Default)]
struct Seen {
    numbers: BTreeMap<String, Place>,
    known: BTreeMap<OfficerId, (Place, AgencyId, String, bool)>,
    nameless: BTreeMap<(AgencyId, String), Place>,
}

impl Seen {
    /// A person of the register may have a row for each certificate, if the rows agree about the person.
    fn once(&mut self, entry: &Entry, planned: &Planned) -> Result<(), Wrong> {
        let here = || entry.row.clone();
        let number = entry.certificate.as_ref().map(|written| &written.number);
        let mut before = number.and_then(|number| self.numbers.insert(number.clone(), here()));
        if let Some(known) = &planned.known {
            let same = (here(), planned.agency, planned.name.clone(), planned.helper);
            if let Some(first) = self.known.get(&known.id) {
                if number.is_none() || (first.1, &first.2, first.3) != (same.1, &same.2, same.3) {
                    before = before.or_else(|| Some(first.0.clone()));
                }
            } else {
                self.known.insert(known.id, same);
            }
        } else if let Some(citizen) = &entry.citizen_number {
            before = before.or_else(|| self.numbers.insert(citizen.clone(), here()));
        } else if number.is_none() {
            before = before.or_else(|| self.nameless.insert((planned.agency, planned.name.clone()), here()));
        }
        match before {
            None => Ok(()),
            Some(before) => Err(Wrong::at(
                here(),
                format!("与 {before} 行是同一人：请删去一行；同名的两个人，请都填写公民身份号码或者证号"),
                format!(
                    "the same person as in row {before}: remove one; for two people of one name enter the citizen number or \
                     the certificate of both"
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
