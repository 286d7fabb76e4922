//! What the read audit names as read.
//!
//! Not here: who may read what (the server's flows).

use crate::code::codes;

codes! {
    /// What was looked at.
    pub enum LookKind {
        /// A case.
        Case = "case",
        /// The history of a field.
        History = "history",
        /// A file of evidence.
        Evidence = "evidence",
        /// The case record.
        Record = "record",
        /// A list of cases.
        List = "list",
        /// An export of the list.
        Export = "export",
        /// A lead.
        Lead = "lead",
        /// The list of leads.
        Leads = "leads",
        /// The audit itself.
        Audit = "audit",
    }
}
