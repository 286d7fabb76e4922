//! The live code: made without the server, with the phone's best time and how well it is proved.

use crate::world::{DAY, Phone, key, moment};
use sync_core::device::Moment;
use sync_core::id::{BootId, CheckCodeId, DeviceId};
use sync_core::live::{Fit, LiveProof, Presented, ReadProof};
use sync_core::sign::{Signer as _, SoftwareVerifier};
use sync_core::time::Instant;
use sync_core::when::Grade;

const WHO: CheckCodeId = CheckCodeId::new([0x5c; 16]);

fn shown(phone: &Phone, at: &Moment) -> ReadProof {
    let text = phone.device.live_proof(WHO, at, [7; 8], &phone.key).unwrap();
    let Some(Presented::Live(read)) = Presented::parse(&text) else { panic!("{text}") };
    read.verify(&key(1).public_key(), &SoftwareVerifier).unwrap();
    read
}

#[test]
fn a_phone_in_the_boot_of_its_lease_proves_the_time_of_its_code() {
    let phone = Phone::new(1);
    let read = shown(&phone, &moment(3));
    let phone_hint = LiveProof::hint(DeviceId::new([1; 16]));
    let told = LiveProof { who: WHO, phone: phone_hint, made: moment(3).wall, grade: Grade::A, nonce: [7; 8] };
    assert_eq!(read.proof, told);
    assert_eq!(phone.key.public_key(), key(1).public_key());
}

#[test]
fn a_phone_that_was_booted_again_says_that_its_clock_is_not_proved() {
    let phone = Phone::new(1);
    let late = Moment { boot: BootId::new([6; 16]), monotonic_ms: 60_000, ..moment(60) };
    let proof = shown(&phone, &late).proof;
    assert_eq!((proof.grade, proof.made), (Grade::B, moment(60).wall));
    assert_eq!(proof.fit(moment(63).wall), Fit::ClockNotProved);
    assert_eq!(proof.fit(moment(61).wall), Fit::Fresh);
}

#[test]
fn a_wall_clock_a_year_ahead_makes_the_code_neither_new_nor_proved() {
    let phone = Phone::new(1);
    let wall = Instant::from_ms(DAY + 365 * 86_400_000);
    let proof = shown(&phone, &Moment { wall, ..moment(3) }).proof;
    assert_eq!(proof.grade, Grade::C, "the clocks contradict each other");
    assert_eq!(proof.fit(moment(3).wall), Fit::ClockNotProved);
}

#[test]
fn a_wall_clock_four_minutes_wrong_does_not_make_a_code_old() {
    let phone = Phone::new(1);
    let wall = moment(3).wall.plus_ms(-240_000);
    let proof = shown(&phone, &Moment { wall, ..moment(3) }).proof;
    assert_eq!((proof.grade, proof.fit(moment(3).wall)), (Grade::A, Fit::Fresh));
}
