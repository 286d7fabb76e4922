//! The start page of a person who has no open work: what each role can do here, as links.
//!
//! Promise: the first page is never empty, and every link leads to a page that its reader may open.

use crate::flow::caller::{Caller, Role};
use crate::flow::{access, alarm, lead, read_audit};

/// An action, with the page for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartLink {
    /// The action, in Chinese.
    pub zh: &'static str,
    /// The action, in English.
    pub en: &'static str,
    /// Details, in Chinese.
    pub more_zh: &'static str,
    /// Details, in English.
    pub more_en: &'static str,
    /// The address.
    pub address: &'static str,
}

const fn step(
    address: &'static str,
    (zh, en): (&'static str, &'static str),
    (more_zh, more_en): (&'static str, &'static str),
) -> StartLink {
    StartLink { zh, en, more_zh, more_en, address }
}

const NO_OFFICERS: StartLink = step(
    "/console/officers",
    ("尚无执法人员", "There are no officers yet"),
    (
        "本版本尚不能在页面上录入人员、证件和单位，仅供试用；可另装一套载入演示县，先了解系统。",
        "This version cannot yet enter officers, certificates and agencies: it is for trials. Load the demonstration \
         county into another installation to see how it works.",
    ),
);
const LOOK_THROUGH: StartLink = step(
    "/console/officers",
    ("核对人员与行政执法证", "Check officers and certificates"),
    (
        "行政执法证已过期或即将到期的排在最前；证件无效的人员不能执法。",
        "Certificates that have expired or expire soon come first; officers may not enforce without a valid one.",
    ),
);
const ENROL: StartLink = step(
    "/console/officers",
    ("为执法人员登记终端", "Enrol the officers' phones"),
    (
        "打开人员页面，生成登记码，由本人用终端登记。",
        "Open an officer's page and create a code; the officer enrols the phone with it.",
    ),
);
const SUPERVISE: StartLink = step(
    "/console/cases",
    ("查阅案件", "Read cases"),
    (
        "填写查阅目的后，可查阅所辖单位的案件。",
        "You can read the cases of the agencies that you supervise after stating a purpose.",
    ),
);
const CASES: StartLink = step(
    "/console/cases",
    ("查看案件", "Look at the cases"),
    ("按状态、单位、日期或文字查找，可导出为表格。", "By status, agency, day or words; the list can be exported."),
);
const LEADS: StartLink = step(
    "/console/leads",
    ("查看监督事项", "Look at supervision leads"),
    ("提出、答复和办结都在这里。", "They are raised, answered and concluded here."),
);
const ALARMS: StartLink = step(
    "/console/alarms",
    ("查看告警", "Look at the alarms"),
    (
        "可疑、被拒或未生效的变更，以及在服务器上重设的密码。",
        "Changes that are suspicious, refused or without effect, and passwords replaced on the server's machine.",
    ),
);
const AUDIT: StartLink = step(
    "/console/audit",
    ("查看查阅审计", "Look at the audit"),
    ("谁在何时、为何查阅了哪个案件。", "Who read which case, when and why."),
);
const OFFICERS: StartLink = step(
    "/console/officers",
    ("查看人员与行政执法证", "Look up officers and certificates"),
    ("所辖人员的证件和有效期。", "The certificates of the people in your reach, and when they expire."),
);
const PHONES: StartLink = step(
    "/console/devices",
    ("查看我的终端", "Look at my phones"),
    ("终端遗失时请在此立即停用。", "Revoke a lost phone here at once."),
);

/// The caller's links, in order. `officers` is the number of people in the caller's reach.
pub fn start_links(caller: &Caller, officers: usize) -> Vec<StartLink> {
    let administers = caller.must_be(&[Role::AgencyAdmin, Role::SystemAdmin, Role::SecurityAdmin]).is_ok();
    let (alone, reads) = (officers <= 1, access::filter(caller).is_ok());
    let all = [
        (administers && alone, NO_OFFICERS),
        (administers && !alone, LOOK_THROUGH),
        (caller.must_be(&[Role::AgencyAdmin]).is_ok() && !alone, ENROL),
        (reads && access::supervises(caller), SUPERVISE),
        (reads && !access::supervises(caller), CASES),
        (lead::may_see(caller), LEADS),
        (alarm::may_see(caller), ALARMS),
        (read_audit::may_see(caller), AUDIT),
        (!administers, OFFICERS),
        (true, PHONES),
    ];
    all.into_iter().filter_map(|(theirs, step)| theirs.then_some(step)).collect()
}
