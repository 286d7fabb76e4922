//! A tenant with two phones, from fixed bytes.

use rusqlite::Connection;
use sync_core::case::CaseState;
use sync_core::device::{Device, Editor, Enrolment, Identity, Moment, Options, Place, Save, SaveError, Saved};
use sync_core::id::{AgencyId, BootId, CaseId, DeviceId, Epoch, OfficerId, TenantId};
use sync_core::lease::{Block, Lease};
use sync_core::op::{CaseKind, Open};
use sync_core::sign::{Signer as _, SoftwareKey, SoftwareVerifier};
use sync_core::time::Instant;

pub const TENANT: TenantId = TenantId::new([1; 16]);
pub const AGENCY: AgencyId = AgencyId::new([9; 16]);
/// 2026-11-23, midnight in Asia/Shanghai.
pub const DAY: i64 = 1_795_363_200_000;

pub fn key(byte: u8) -> SoftwareKey {
    SoftwareKey::from_secret(&[byte; 32]).unwrap()
}

pub fn tenant_key() -> SoftwareKey {
    key(100)
}

pub fn officer(number: u8) -> OfficerId {
    OfficerId::new([number; 16])
}

pub fn identity(number: u8) -> Identity {
    Identity {
        tenant: TENANT,
        tenant_key: tenant_key().public_key(),
        device: DeviceId::new([number; 16]),
        device_key: key(number).public_key(),
        officer: officer(number),
        agency: AGENCY,
    }
}

pub fn enrolment(number: u8, epoch: u8) -> Enrolment {
    Enrolment { identity: identity(number), epoch: Epoch::new([epoch; 8]) }
}

pub fn moment(minute: i64) -> Moment {
    Moment {
        wall: Instant::from_ms(DAY + minute * 60_000),
        monotonic_ms: u64::try_from(minute).unwrap_or(0) * 60_000,
        boot: BootId::new([5; 16]),
        counts_sleep: true,
        place: Some(Place { latitude_e7: 310_800_000, longitude_e7: 1_098_700_000, accuracy_m: 12 }),
    }
}

/// What the server would give: eight hours from midnight, numbers 1 to `numbers` of spot decisions.
pub fn lease_bytes(number: u8, epoch: u8, numbers: u32) -> Vec<u8> {
    let block = Block {
        form: "spot_decision".into(),
        agency: AGENCY,
        year: 2026,
        prefix: "（巫市监）当罚〔2026〕".into(),
        first: 1,
        last: numbers,
    };
    let lease = Lease {
        tenant: TENANT,
        device: DeviceId::new([number; 16]),
        key: key(number).public_key(),
        epoch: Epoch::new([epoch; 8]),
        officer: officer(number),
        agency: AGENCY,
        certificate: format!("2237000100{number}"),
        certificate_ends: Instant::from_ms(DAY + 365 * 86_400_000),
        issued: Instant::from_ms(DAY),
        not_after: Instant::from_ms(DAY + 8 * 3_600_000),
        blocks: vec![block],
    };
    lease.sign(&tenant_key()).unwrap().bytes
}

/// A phone with its own key.
pub struct Phone {
    pub device: Device,
    pub key: SoftwareKey,
    saves: u8,
}

impl Phone {
    /// An enrolled phone in memory, with its lease.
    pub fn new(number: u8) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        let device = Device::create_over(
            connection,
            &Options::in_memory(),
            &enrolment(number, number),
            Box::new(SoftwareVerifier),
        )
        .unwrap();
        let mut phone = Self::of(device, number);
        phone.device.accept_lease(&lease_bytes(number, number, 2), Some(0), &moment(0)).unwrap();
        phone
    }

    pub fn of(device: Device, number: u8) -> Self {
        Self { device, key: key(number), saves: 0 }
    }

    pub fn save(&mut self, save: impl Into<Draft>, minute: i64) -> Result<Saved, SaveError> {
        self.saves += 1;
        let Draft(save) = save.into();
        self.device.save(save, &moment(minute), [self.saves; 32], &self.key)
    }

    pub fn open(&mut self, officers: &[u8]) -> CaseId {
        let mut officers: Vec<OfficerId> = officers.iter().map(|number| officer(*number)).collect();
        officers.sort_unstable();
        let open = Open { kind: CaseKind::Inspection, agency: AGENCY, item: "SJ-C-001".into(), officers };
        let editor = self.device.open_case(open);
        self.save(editor, 1).unwrap().case
    }

    pub fn edit(&self, case: CaseId) -> Editor {
        self.device.edit(case).unwrap().unwrap()
    }

    pub fn put(&mut self, case: CaseId, field: &str, value: &str) -> Saved {
        let mut editor = self.edit(case);
        editor.put(None, field, sync_core::value::Value::text(value));
        self.save(editor, 2).unwrap()
    }

    pub fn state(&self, case: CaseId) -> CaseState {
        self.device.case(case).unwrap().unwrap()
    }

    /// Everything of a case as it travels, with this phone's lease.
    pub fn bundle(&self, case: CaseId) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let lease = self.device.lease().unwrap().unwrap().bytes;
        let changes = self.device.changes(case).unwrap();
        (vec![lease], changes.iter().map(sync_core::change::Change::to_bytes).collect())
    }
}

/// A save, or an editor that makes one.
pub struct Draft(Save);

impl From<Save> for Draft {
    fn from(save: Save) -> Self {
        Self(save)
    }
}

impl From<Editor> for Draft {
    fn from(editor: Editor) -> Self {
        Self(editor.into_save())
    }
}
