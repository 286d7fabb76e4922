//! Kinds of events of accounts and phones, visible to the person concerned.
//!
//! Not here: when an event is recorded and who reads it (the server's flows).

use crate::code::codes;

codes! {
    /// The kind of an event.
    pub enum AccountEventKind {
        /// A one-time code for a phone was issued.
        EnrolmentCodeIssued = "enrolment_code_issued",
        /// A phone was enrolled.
        DeviceEnrolled = "device_enrolled",
        /// A phone was revoked.
        DeviceRevoked = "device_revoked",
        /// A phone was given another name.
        DeviceRenamed = "device_renamed",
        /// A refresh token was used by somebody who has a copy of it; its session ended.
        RefreshTokenCopied = "refresh_token_copied",
        /// The person changed their password.
        PasswordChanged = "password_changed",
        /// A reset of the password was requested.
        PasswordResetAsked = "password_reset_asked",
        /// A second person confirmed the reset.
        PasswordResetConfirmed = "password_reset_confirmed",
        /// The person chose a new password with both codes of a reset.
        PasswordReset = "password_reset",
        /// The operator replaced the password on the server's machine.
        PasswordReplaced = "password_replaced",
        /// The person was given an account, with a one-time password.
        AccountOpened = "account_opened",
        /// The account was given another one-time password.
        OneTimePassword = "one_time_password",
        /// The account was closed.
        AccountClosed = "account_closed",
        /// The person was made security administrator on the server's machine.
        SecurityAdminAppointed = "security_admin_appointed",
        /// The first administrator was created.
        FirstAdministrator = "first_administrator",
    }
}
