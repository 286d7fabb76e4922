//! States and kinds of a supervision lead (监督事项).
//!
//! Not here: who may take which action (the server's flows).

use crate::code::codes;

codes! {
    /// The status of a lead.
    pub enum LeadStatus {
        /// 待答复.
        Raised = "raised",
        /// 已答复.
        Answered = "answered",
        /// 已办结.
        Closed = "closed",
    }
}

codes! {
    /// The kind of problem that a lead is about.
    pub enum LeadKind {
        /// 程序.
        Procedure = "procedure",
        /// 证据.
        Evidence = "evidence",
        /// 法律适用.
        Law = "law",
        /// 裁量.
        Discretion = "discretion",
        /// 文书.
        Document = "document",
        /// 执法行为.
        Conduct = "conduct",
        /// 其他.
        Other = "other",
    }
}
