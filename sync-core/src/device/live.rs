//! The live code that the phone shows to be checked.
//!
//! Promise: made without the network, by the same judgement of the phone's time as every save.

use crate::device::{Device, Moment, SaveError, time};
use crate::id::CheckCodeId;
use crate::live::LiveProof;
use crate::sign::Signer;
use crate::time::Instant;
use crate::when::{Grade, Interval};

impl Device {
    /// The text of a proof that this phone presents the certificate which the server knows as `who`, for the next 30 s.
    /// `nonce` is fresh random bytes.
    ///
    /// # Errors
    /// [`SaveError::Store`], or [`SaveError::Signer`] when the keystore refuses.
    pub fn live_proof(
        &self,
        who: CheckCodeId,
        moment: &Moment,
        nonce: [u8; 8],
        signer: &dyn Signer,
    ) -> Result<String, SaveError> {
        let now = time::now(&self.db, &self.identity, moment)?;
        let (made, grade) = shown(now.proved, now.wall);
        let proof = LiveProof { who, phone: LiveProof::hint(self.identity.device), made, grade, nonce };
        Ok(proof.sign(signer)?)
    }
}

/// The time that a proof shows. A wall clock within proved bounds is finer than they are; outside of them their middle is
/// nearer to the truth.
fn shown(proved: Interval, wall: Instant) -> (Instant, Grade) {
    let Interval { lower, upper, grade } = proved;
    if grade != Grade::A || proved.off_by_ms(wall) == 0 {
        return (wall, grade);
    }
    (lower.plus_ms(upper.ms().saturating_sub(lower.ms()) / 2), grade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_outside_of_proved_bounds_gives_way_to_their_middle_and_is_kept_where_nothing_is_proved() {
        let at = Instant::from_ms;
        let bounds = |grade| Interval { lower: at(1_000), upper: at(2_000), grade };
        assert_eq!(shown(bounds(Grade::A), at(1_000)), (at(1_000), Grade::A));
        assert_eq!(shown(bounds(Grade::A), at(999)), (at(1_500), Grade::A));
        assert_eq!(shown(bounds(Grade::A), at(2_000)), (at(2_000), Grade::A));
        assert_eq!(shown(bounds(Grade::A), at(2_001)), (at(1_500), Grade::A));
        assert_eq!(shown(bounds(Grade::B), at(5_000)), (at(5_000), Grade::B));
        assert_eq!(shown(bounds(Grade::C), at(5_000)), (at(5_000), Grade::C));
    }
}
