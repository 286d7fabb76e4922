//! From a one-time code to a lease, as in the demonstration, without HTTP.

use std::str::FromStr as _;

use api_spec::device::{enrol_message, token_message};
use sync_core::id::{Epoch, OfficerId, hex};
use sync_core::key_level::KeyLevel;
use sync_core::sign::{Signer as _, SoftwareKey};

use super::*;
use crate::clock::Clock;
use crate::flow::keys::FastVerifier;
use crate::flow::proof::{Asked, Presented};
use crate::flow::refusal::Refused;
use crate::flow::token::{Grant, Use};
use crate::flow::{caller, code, device, seed, session};
use crate::serve::open::open;

const EPOCH: Epoch = Epoch::new([7; 8]);
const PASSWORD: &str = "a trial password";
/// A phone that reports nothing about its numbers.
const UNSAID: Numbers = Numbers { left: None, newest: None };

struct Desk {
    app: App,
    _directory: tempfile::TempDir,
}

fn desk() -> Desk {
    let directory = tempfile::tempdir().unwrap();
    let app = open(directory.path(), None, Clock::system()).unwrap();
    seed::people(&app.store, &app.tenant, PASSWORD, app.clock.now()).unwrap();
    Desk { app, _directory: directory }
}

/// Enrols a phone with a fresh code and returns the caller of its token.
async fn phone(app: &App, login: &str, secret: u8) -> Caller {
    let key = SoftwareKey::from_secret(&[secret; 32]).unwrap();
    let code = device::issue_code_here(app, seed::officer_id(login)).unwrap();
    let enrolled = device::enrol(app, at_a_desk(app, login).await, enrolment(&key, &code)).await.unwrap();
    let (challenge, _expires) = device::challenge(app, enrolled.id).await.unwrap();
    let message = token_message(&enrolled.id.to_string(), &challenge);
    let signature = key.sign(&message).unwrap();
    let answered = device::Answered { device: enrolled.id, challenge, message, signature };
    let issued = device::token(app, answered, &Asked::default()).await.unwrap();
    caller::identify(app, &Presented::bearer(&issued.token)).await.unwrap()
}

/// The officer, signed in with their own password.
async fn at_a_desk(app: &App, login: &str) -> Caller {
    let issued = session::sign_in(app, (login.to_owned(), PASSWORD.to_owned()), &Asked::default(), None).await.unwrap();
    caller::identify(app, &Presented::bearer(&issued.token)).await.unwrap()
}

fn enrolment(key: &SoftwareKey, code: &str) -> device::Enrolment {
    let message = enrol_message(code, &hex(key.public_key().bytes()));
    let proof = key.sign(&message).unwrap();
    let (code_hash, label) = (code::hash_of_given(code), "终端".to_owned());
    let (key, level) = (key.public_key(), KeyLevel::Soft);
    device::Enrolment { code_hash, label, key, message, proof, level, request_key: None }
}

fn refusal<T>(outcome: &Result<T, Failure>) -> Option<Refusal> {
    match outcome {
        Err(Failure::Refused(Refused { refusal, .. })) => Some(*refusal),
        Ok(_) | Err(Failure::Broken(_)) => None,
    }
}

#[tokio::test]
async fn a_lease_ends_after_a_day_and_carries_numbers_of_the_organ() {
    let desk = desk();
    let granted = grant(&desk.app, phone(&desk.app, "officer-a", 1).await, EPOCH, UNSAID).await.unwrap();
    let lease = &granted.lease.lease;
    assert_eq!(lease.not_after, lease.issued.plus_ms(Lease::LONGEST_MS));
    let block = lease.blocks.first().unwrap();
    assert_eq!((block.first, block.last, block.agency), (1, 20, seed::agency_id("巫山县市场监督管理局")));
    assert_eq!(granted.papers.len(), 1);
    let server = desk.app.keys.server.public_key();
    assert_eq!(Lease::open(&granted.lease.bytes, &server, &FastVerifier).unwrap(), granted.lease);
}

#[tokio::test]
async fn the_same_epoch_keeps_its_block_and_another_gets_another() {
    let desk = desk();
    let (a, b) = (phone(&desk.app, "officer-a", 1).await, phone(&desk.app, "officer-b", 2).await);
    let mut firsts = Vec::new();
    for (caller, epoch) in [(&a, EPOCH), (&a, EPOCH), (&b, EPOCH), (&a, Epoch::new([8; 8]))] {
        let granted = grant(&desk.app, caller.clone(), epoch, UNSAID).await.unwrap();
        firsts.push(granted.lease.lease.blocks.first().unwrap().first);
    }
    assert_eq!(firsts, [1, 1, 21, 41]);
}

/// The blocks of this year that a lease carries, by their first numbers.
async fn firsts(app: &App, caller: &Caller, epoch: Epoch, left: Option<u32>) -> Vec<u32> {
    firsts_of(app, caller, epoch, Numbers { left, newest: None }).await
}

/// As [`firsts`], for a phone that reports its newest block.
async fn firsts_of(app: &App, caller: &Caller, epoch: Epoch, numbers: Numbers) -> Vec<u32> {
    let granted = grant(app, caller.clone(), epoch, numbers).await.unwrap();
    let year = u32::try_from(app.clock.now().date().year()).unwrap();
    granted.lease.lease.blocks.iter().filter(|block| block.year == year).map(|block| block.first).collect()
}

#[tokio::test]
async fn a_phone_with_few_numbers_left_gets_a_further_block_ten_a_day() {
    let desk = desk();
    let caller = phone(&desk.app, "officer-a", 1).await;
    assert_eq!(firsts(&desk.app, &caller, EPOCH, Some(0)).await, [1], "nothing left as nothing was granted");
    assert_eq!(firsts(&desk.app, &caller, EPOCH, Some(10)).await, [1]);
    assert_eq!(firsts(&desk.app, &caller, EPOCH, Some(9)).await, [1, 21]);
    assert_eq!(firsts(&desk.app, &caller, EPOCH, None).await, [1, 21]);
    let mut last = Vec::new();
    for left in 0..12 {
        last = firsts(&desk.app, &caller, EPOCH, Some(left % 2)).await;
    }
    assert_eq!(last, (0..10).map(|block| block * 20 + 1).collect::<Vec<_>>());
    let other = phone(&desk.app, "officer-b", 2).await;
    assert_eq!(firsts(&desk.app, &other, EPOCH, Some(0)).await, [201], "another phone has its own bound");
}

#[tokio::test]
async fn a_lease_that_is_asked_for_again_after_a_lost_answer_burns_no_number() {
    let desk = desk();
    let caller = phone(&desk.app, "officer-a", 1).await;
    for _ in 0..3 {
        assert_eq!(firsts(&desk.app, &caller, EPOCH, Some(0)).await, [1], "the first block");
    }
    for _ in 0..3 {
        assert_eq!(firsts(&desk.app, &caller, EPOCH, Some(4)).await, [1, 21], "a further one");
    }
    let other = phone(&desk.app, "officer-b", 2).await;
    let say = |left, newest| Numbers { left: Some(left), newest: Some(newest) };
    for _ in 0..2 {
        assert_eq!(firsts_of(&desk.app, &other, EPOCH, say(0, 0)).await, [41]);
    }
    for left in [9, 8, 8] {
        assert_eq!(firsts_of(&desk.app, &other, EPOCH, say(left, 60)).await.len(), 2, "numbers were used meanwhile");
    }
    assert_eq!(firsts_of(&desk.app, &other, EPOCH, say(8, 80)).await, [41, 61, 81], "it has the newest");
    assert_eq!(firsts_of(&desk.app, &other, EPOCH, say(8, 99)).await, [41, 61, 81], "one short of the newest");
    assert_eq!(firsts_of(&desk.app, &other, EPOCH, say(8, 100)).await, [41, 61, 81, 101]);
}

#[tokio::test]
async fn a_phone_with_ever_new_epochs_gets_twenty_blocks_a_day_and_then_a_lease_without() {
    let desk = desk();
    let caller = phone(&desk.app, "officer-a", 1).await;
    for epoch in 0..20 {
        assert_eq!(firsts(&desk.app, &caller, Epoch::new([epoch; 8]), None).await, [u32::from(epoch) * 20 + 1]);
    }
    assert!(firsts(&desk.app, &caller, Epoch::new([20; 8]), Some(0)).await.is_empty());
    assert_eq!(firsts(&desk.app, &caller, Epoch::new([3; 8]), None).await, [61], "what it holds it keeps");
}

#[tokio::test]
async fn article_42_refuses_a_lease_without_a_valid_certificate() {
    let desk = desk();
    let ask = async |login: &str, secret| {
        refusal(&grant(&desk.app, phone(&desk.app, login, secret).await, EPOCH, UNSAID).await)
    };
    assert_eq!(ask("officer-expired", 3).await, Some(Refusal::CertificateExpired));
    assert_eq!(ask("officer-suspended", 4).await, Some(Refusal::CertificateNotValid));
    assert_eq!(ask("principal-head", 5).await, Some(Refusal::NoCertificate));
    assert_eq!(ask("officer-ending", 6).await, None);
}

#[tokio::test]
async fn a_code_enrols_one_phone_and_a_wrong_proof_does_not_use_it_up() {
    let desk = desk();
    let (mine, other) = (SoftwareKey::from_secret(&[1; 32]).unwrap(), SoftwareKey::from_secret(&[2; 32]).unwrap());
    let code = device::issue_code_here(&desk.app, seed::officer_id("officer-a")).unwrap();
    let officer = at_a_desk(&desk.app, "officer-a").await;
    let enrol = async |enrolment| device::enrol(&desk.app, officer.clone(), enrolment).await;
    let stolen = device::Enrolment { key: other.public_key(), ..enrolment(&mine, &code) };
    assert_eq!(refusal(&enrol(stolen).await), Some(Refusal::WrongProof));
    let enrolled = enrol(enrolment(&mine, &code)).await.unwrap();
    assert_eq!(refusal(&enrol(enrolment(&other, &code)).await), Some(Refusal::WrongEnrolmentCode));
    assert_eq!(enrol(enrolment(&mine, &code)).await.unwrap(), enrolled, "its answer was lost");
    let code = device::issue_code_here(&desk.app, seed::officer_id("officer-a")).unwrap();
    assert_eq!(refusal(&enrol(enrolment(&mine, &code)).await), Some(Refusal::KeyEnrolled));
}

#[tokio::test]
async fn a_revoked_phone_is_out_with_the_next_request() {
    let desk = desk();
    let mut caller = phone(&desk.app, "officer-a", 1).await;
    let id = caller.device.unwrap();
    let device = Some((&id, Use::Work));
    let grant = Grant { officer: &caller.officer, session_version: 1, device, session: "s", key: None };
    let token = Presented::bearer(&desk.app.tokens.issue(grant, desk.app.clock.now()).unwrap());
    assert!(caller::identify(&desk.app, &token).await.is_ok());
    caller.device = None;
    {
        let why = device::Revocation { reason: "遗失".to_owned(), lost: true };
        device::revoke(&desk.app, caller, id, why).await
    }
    .unwrap();
    assert_eq!(refusal(&caller::identify(&desk.app, &token).await), Some(Refusal::DeviceRevoked));
}

#[tokio::test]
async fn an_officer_out_of_reach_looks_like_nobody() {
    let desk = desk();
    let admin = at_a_desk(&desk.app, "agency-admin").await;
    let ask = async |officer: OfficerId| refusal(&device::issue_code(&desk.app, admin.clone(), officer, None).await);
    assert_eq!(ask(seed::officer_id("officer-a")).await, None);
    assert_eq!(ask(seed::officer_id("agriculture-officer")).await, Some(Refusal::NotFound));
    let nobody = OfficerId::from_str("00112233445566778899aabbccddeeff").unwrap();
    assert_eq!(ask(nobody).await, Some(Refusal::NotFound));
    let officer = phone(&desk.app, "officer-a", 2).await;
    let refused = refusal(&device::issue_code(&desk.app, officer, seed::officer_id("officer-b"), None).await);
    assert_eq!(refused, Some(Refusal::Forbidden));
    let administrators_phone = phone(&desk.app, "agency-admin", 3).await;
    let refused = device::issue_code(&desk.app, administrators_phone, seed::officer_id("officer-a"), None).await;
    assert_eq!(refusal(&refused), Some(Refusal::Forbidden), "a phone carries no role of a desk");
}

#[tokio::test]
async fn seeding_twice_changes_nothing() {
    let desk = desk();
    let now = desk.app.clock.now();
    let look = async || format!("{:?}", crate::flow::reference::read(&desk.app, now).await.unwrap());
    let before = look().await;
    let later = desk.app.clock.now().plus_ms(86_400_000);
    seed::people(&desk.app.store, &desk.app.tenant, "another password", later).unwrap();
    let again = desk.app.store.read_sync::<_, Failure>(|tx| Ok(tx.regions(&desk.app.tenant)?.len())).unwrap();
    assert_eq!((again, before == look().await), (27, true));
}

#[test]
fn both_years_are_granted_from_the_first_of_december() {
    let day = |month, day| Instant::start_of(sync_core::time::Date::constant(2026, month, day));
    assert_eq!(years(day(12, 1).plus_ms(-1)), [2026]);
    assert_eq!(years(day(12, 1)), [2026, 2027]);
    assert_eq!(years(day(12, 31)), [2026, 2027]);
}
