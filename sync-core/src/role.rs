//! Roles of persons.
//!
//! Not here: which actions need which role (the server's flows).

use crate::code::codes;

codes! {
    /// A role of a person in an agency or in the installation.
    pub enum Role {
        /// 执法人员.
        Officer = "officer",
        /// 办案机构负责人.
        UnitHead = "unit_head",
        /// 主要负责人.
        PrincipalHead = "principal_head",
        /// 分管负责人.
        OtherHead = "other_head",
        /// 法制审核人员.
        LegalReviewer = "legal_reviewer",
        /// 案件审核人员.
        CaseReviewer = "case_reviewer",
        /// The agency's administrator.
        AgencyAdmin = "agency_admin",
        /// The department's own supervisor.
        DepartmentSupervisor = "department_supervisor",
        /// 县司法局 执法监督.
        CountySupervisor = "county_supervisor",
        /// 县领导: reads the cases of all agencies.
        CountyLeadership = "county_leadership",
        /// Training.
        TrainingManager = "training_manager",
        /// 系统管理员.
        SystemAdmin = "system_admin",
        /// 安全管理员.
        SecurityAdmin = "security_admin",
        /// 审计管理员.
        AuditAdmin = "audit_admin",
    }
}
