//! Kinds of alarms, which people must look at.
//!
//! Not here: when an alarm is raised and who sees it (the server's flows).

use crate::code::codes;
use crate::plan::{Flag, Taken};

codes! {
    /// What an alarm is about.
    pub enum AlarmKind {
        /// A change was refused.
        Refused = "refused",
        /// A change was quarantined.
        Quarantined = "quarantined",
        /// A change breaks a rule of form.
        WithoutEffect = "without_effect",
        /// [`Flag::TimeNotProved`].
        TimeNotProved = "time_not_proved",
        /// [`Flag::OutsideLease`].
        OutsideLease = "outside_lease",
        /// [`Flag::ChainGap`].
        ChainGap = "chain_gap",
        /// [`Flag::Fork`].
        Fork = "fork",
        /// [`Flag::ClockContradicts`].
        ClockContradicts = "clock_contradicts",
        /// [`Flag::OwnChangeMissing`].
        OwnChangeMissing = "own_change_missing",
        /// [`Flag::AfterClosing`].
        AfterClosing = "after_closing",
        /// [`Flag::NotBuilt`].
        NotBuilt = "not_built",
        /// A change waited too long and was dropped; its phone still has it.
        ParkedExpired = "parked_expired",
        /// A case takes no more changes.
        CaseFull = "case_full",
        /// A case takes no more changes of those who take no part.
        OutsideFull = "outside_full",
        /// A phone has used up its day.
        OverQuota = "over_quota",
        /// A phone was reported lost, and is revoked.
        DeviceLost = "device_lost",
        /// A stored file of evidence was altered or removed.
        EvidenceDamaged = "evidence_damaged",
        /// Several documents bear one number.
        NumberDoubled = "number_doubled",
        /// One act was fined in two cases.
        FinedTwice = "fined_twice",
        /// The operator replaced the server's key.
        ServerKeyReplaced = "server_key_replaced",
        /// The operator replaced a password at the machine.
        PasswordReplaced = "password_replaced",
        /// The operator issued a code for a phone at the machine.
        EnrolmentCodeIssued = "enrolment_code_issued",
        /// The operator gave an account a one-time password at the machine.
        OneTimePassword = "one_time_password",
        /// The operator closed an account at the machine.
        AccountClosed = "account_closed",
        /// A security administrator was appointed by the first administrator, or by the operator at the machine.
        SecurityAdminAppointed = "security_admin_appointed",
        /// The operator made the first administrator at the machine.
        FirstAdministrator = "first_administrator",
    }
}

impl AlarmKind {
    /// The alarm about a change that is stored so; none about one that has its effect.
    pub const fn of_taken(taken: Taken) -> Option<Self> {
        match taken {
            Taken::Accepted => None,
            Taken::Quarantined(_) => Some(Self::Quarantined),
            Taken::WithoutEffect(_) => Some(Self::WithoutEffect),
        }
    }
}

impl From<Flag> for AlarmKind {
    fn from(flag: Flag) -> Self {
        match flag {
            Flag::TimeNotProved => Self::TimeNotProved,
            Flag::OutsideLease => Self::OutsideLease,
            Flag::ChainGap => Self::ChainGap,
            Flag::Fork => Self::Fork,
            Flag::ClockContradicts => Self::ClockContradicts,
            Flag::OwnChangeMissing => Self::OwnChangeMissing,
            Flag::AfterClosing => Self::AfterClosing,
            Flag::NotBuilt => Self::NotBuilt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{FormBreach, Quarantine};

    #[test]
    fn the_alarm_about_a_flag_or_a_class_has_its_code() {
        for flag in Flag::ALL {
            assert_eq!(AlarmKind::from(*flag).code(), flag.code());
        }
        for taken in [Taken::Quarantined(Quarantine::AfterRevocation), Taken::WithoutEffect(FormBreach::Shape)] {
            assert_eq!(AlarmKind::of_taken(taken).map(AlarmKind::code), Some(taken.class().code()));
        }
        assert_eq!(AlarmKind::of_taken(Taken::Accepted), None);
    }
}
