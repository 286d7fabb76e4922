//! Kinds of the records of the register: what was done to people, certificates, accounts, roles and agencies.
//!
//! Not here: when a record is written and who reads it (the server's flows).

use crate::code::codes;

codes! {
    /// The kind of a record of the register.
    pub enum RegisterEventKind {
        /// A roster was imported.
        Imported = "imported",
        /// A list of agencies was imported.
        AgenciesImported = "agencies_imported",
        /// A list of divisions was imported.
        RegionsImported = "regions_imported",
        /// A list of enforcement items was imported.
        ItemsImported = "items_imported",
        /// The made-up people of a trial were removed.
        DemonstrationRemoved = "demonstration_removed",
        /// A person was entered.
        PersonAdded = "person_added",
        /// Data of a person was changed.
        PersonChanged = "person_changed",
        /// A person went to another agency.
        PersonTransferred = "person_transferred",
        /// A person was deactivated.
        PersonDeactivated = "person_deactivated",
        /// A person was brought back.
        PersonReactivated = "person_reactivated",
        /// A person deputises for a head during an absence.
        DeputyAppointed = "deputy_appointed",
        /// The deputising ended early.
        DeputyEnded = "deputy_ended",
        /// A certificate was entered.
        CertificateAdded = "certificate_added",
        /// Data of a certificate was corrected.
        CertificateCorrected = "certificate_corrected",
        /// A status of a certificate was entered, as the issuing organ decided.
        CertificateStatus = "certificate_status",
        /// It was stated where the data of a certificate came from.
        CertificateSource = "certificate_source",
        /// The data of a certificate were confirmed, by one of two persons.
        CertificateConfirmed = "certificate_confirmed",
        /// A training was entered.
        TrainingAdded = "training_added",
        /// An entry of a training was annulled.
        TrainingAnnulled = "training_annulled",
        /// A yearly assessment was entered.
        AssessmentAdded = "assessment_added",
        /// An entry of an assessment was annulled.
        AssessmentAnnulled = "assessment_annulled",
        /// It was proposed that a person leaves enforcement.
        ExitProposed = "exit_proposed",
        /// The person was heard about it.
        ExitHeard = "exit_heard",
        /// It was decided.
        ExitDecided = "exit_decided",
        /// A person was given an account, with a one-time password.
        AccountOpened = "account_opened",
        /// An account was given another one-time password.
        OneTimePassword = "one_time_password",
        /// An account was closed.
        AccountClosed = "account_closed",
        /// A role was given.
        RoleGiven = "role_given",
        /// A role was taken.
        RoleTaken = "role_taken",
        /// An agency was entered.
        AgencyAdded = "agency_added",
        /// Data of an agency was changed.
        AgencyChanged = "agency_changed",
        /// An agency went to another place in the tree.
        AgencyMoved = "agency_moved",
        /// An agency was closed.
        AgencyClosed = "agency_closed",
        /// An agency was opened again.
        AgencyReopened = "agency_reopened",
        /// A delegation, or powers of a township, were entered.
        MandateEntered = "mandate_entered",
        /// They were ended.
        MandateEnded = "mandate_ended",
        /// The first security administrator was appointed by the first administrator.
        FirstSecurityAdmin = "first_security_admin",
    }
}
