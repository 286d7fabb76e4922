//! The shared core of Palm: everything on which a phone and the server must agree.
//!
//! Promise: same input, same output, on every machine. No network, async, clock or randomness: keys, times, ids and
//! salts are arguments. Not here: storage (only with the feature `device`), transport, rendering.
//!
//! ```
//! # use sync_core::change::{Change, Clock, Header, NewOp};
//! # use sync_core::id::{AgencyId, BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
//! # use sync_core::op::{Act, CaseKind, Open};
//! # use sync_core::sign::SoftwareKey;
//! # use sync_core::time::Instant;
//! use sync_core::case::fold;
//! use sync_core::value::Value;
//!
//! const LI: OfficerId = OfficerId::new([0x11; 16]);
//! const WANG: OfficerId = OfficerId::new([0x22; 16]);
//! # // What a phone's store fills in by itself (`device`, behind a feature).
//! # fn seal(officer: OfficerId, case: Option<CaseId>, deps: Vec<ChangeId>, ops: Vec<NewOp>) -> Change {
//! #     let first = officer.bytes()[0];
//! #     let header = Header {
//! #         tenant: TenantId::new([1; 16]),
//! #         device: DeviceId::new([first; 16]),
//! #         epoch: Epoch::new([first; 8]),
//! #         seq: 1,
//! #         prev: None,
//! #         officer,
//! #         lease: None,
//! #         case,
//! #         deps,
//! #         clock: Clock { wall: Instant::from_ms(0), monotonic_ms: 0, boot: BootId::new([0; 16]), counts_sleep: true, anchor: None },
//! #         rules: Digest::new([0; 32]),
//! #         ops: Digest::new([0; 32]),
//! #     };
//! #     Change::seal(header, ops, [first; 32], &SoftwareKey::from_secret(&[first; 32]).unwrap()).unwrap()
//! # }
//!
//! // Li opens a case with Wang; then both count the seats of a restaurant, without a network between them.
//! let open = Open {
//!     kind: CaseKind::Inspection,
//!     agency: AgencyId::new([9; 16]),
//!     item: "SJ-C-001".into(),
//!     officers: vec![LI, WANG],
//! };
//! let opened = seal(LI, None, vec![], vec![NewOp::new(Act::Open(open))]);
//! let seats = |officer, count| {
//!     let put = NewOp::put(None, "seats", vec![], Value::Int(count));
//!     seal(officer, Some(opened.id()), vec![opened.id()], vec![put])
//! };
//! let (forty, forty_two) = (seats(LI, 40), seats(WANG, 42));
//!
//! // The same set of changes gives the same case in any order of arrival, and the conflict is shown.
//! let one = fold(opened.id(), [&opened, &forty, &forty_two]);
//! let other = fold(opened.id(), [&forty_two, &forty, &opened, &forty]);
//! assert_eq!(one.hash(), other.hash());
//! assert_eq!(one.conflicts().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["seats"]);
//! ```

pub mod account_event;
pub mod agency;
pub mod alarm;
pub mod case;
pub mod case_record;
pub mod certificate;
pub mod change;
pub mod code;
pub mod codec;
pub mod credential;
pub mod decimal;
pub mod decision;
#[cfg(feature = "device")]
pub mod device;
pub mod evidence;
pub mod facts;
pub mod id;
pub mod key_level;
pub mod law;
pub mod lead;
pub mod lease;
#[cfg(feature = "device")]
pub mod link;
pub mod live;
pub mod log;
pub mod mandate;
pub mod message;
pub mod money;
pub mod op;
pub mod organ;
pub mod plan;
pub mod proof;
pub mod qualification;
pub mod read_audit;
pub mod receipt;
pub mod register_event;
pub mod role;
pub mod schema;
#[cfg(feature = "device")]
pub mod session;
pub mod sign;
pub mod strokes;
pub mod time;
pub mod value;
pub mod verification;
pub mod when;
