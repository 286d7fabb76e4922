//! What the page of a person shows to those who manage people: acts, account and deputies.

use sync_core::time::Instant;

use super::act::OfficerAct;
use super::qualification::QualificationAct;
use crate::console::visit::SignedIn;
use crate::console::words;
use crate::flow::officer::{Account, Detail};
use crate::flow::register_event;
use crate::store::DeputyRow;

/// A deputy, in words.
#[derive(Debug, Clone)]
pub struct Deputy {
    /// Id, if it can be ended here.
    pub id: Option<String>,
    /// Name and id of the head.
    pub head: (String, String),
    /// Name and id of the deputy.
    pub stands_in: (String, String),
    /// The role.
    pub role: &'static str,
    /// From when to when.
    pub span: (String, String),
    /// Whether it holds now.
    pub now: bool,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Managed {
    /// Acts on the person: address and label.
    pub acts: Vec<(String, &'static str)>,
    /// Acts on a certificate, to which its number is added.
    pub certificate_acts: Vec<(String, &'static str)>,
    /// The account.
    pub account: Option<Account>,
    /// Where the person is absent or deputises.
    pub deputies: Vec<Deputy>,
    /// Whether the reader sees the records of the register.
    pub sees_records: bool,
}

const OF_A_PERSON: [OfficerAct; 14] = [
    OfficerAct::Correct,
    OfficerAct::Certificate,
    OfficerAct::GiveRole,
    OfficerAct::TakeRole,
    OfficerAct::Deputy,
    OfficerAct::Account,
    OfficerAct::OneTimePassword,
    OfficerAct::CloseAccount,
    OfficerAct::Qualification(QualificationAct::Training),
    OfficerAct::Qualification(QualificationAct::Assessment),
    OfficerAct::Qualification(QualificationAct::ProposeExit),
    OfficerAct::Transfer,
    OfficerAct::Deactivate,
    OfficerAct::Reactivate,
];
const OF_A_CERTIFICATE: [OfficerAct; 4] =
    [OfficerAct::SeeCard, OfficerAct::Confirm, OfficerAct::Decide, OfficerAct::CorrectCertificate];

impl Managed {
    /// What this reader sees of a person.
    pub fn of(signed: &SignedIn, found: &Detail, now: Instant) -> Self {
        let (id, language) = (found.officer.id, signed.visit.language);
        let offered = |acts: &[OfficerAct]| {
            let open = acts.iter().filter(|act| act.is_open(&signed.caller, found));
            let said = open.map(|act| {
                let (name, (zh, en), _) = act.said();
                (format!("/console/officers/{id}/act/{name}"), words::either(language, zh, en))
            });
            said.collect()
        };
        let ends = OfficerAct::EndDeputy.is_open(&signed.caller, found);
        let name = |id| found.names.get(&id).cloned().unwrap_or_default();
        let deputy = |row: &DeputyRow| {
            let until = row.ended.unwrap_or(row.until);
            Deputy {
                id: (ends && row.head == id && now < until).then(|| sync_core::id::hex(&row.id)),
                head: (name(row.head), row.head.to_string()),
                stands_in: (name(row.officer), row.officer.to_string()),
                role: words::word(language, row.role.code()),
                span: (row.from.to_string(), until.to_string()),
                now: row.from <= now && now < until,
            }
        };
        Self {
            acts: offered(&OF_A_PERSON),
            certificate_acts: offered(&OF_A_CERTIFICATE),
            account: found.account.clone(),
            deputies: found.deputies.iter().map(deputy).collect(),
            sees_records: register_event::may_see(&signed.caller),
        }
    }
}
