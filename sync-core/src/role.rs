//! Roles of persons, and the table of who administers what and who gives and takes which role.
//!
//! Promise: pure; one row for each duty and each role. Nobody gives or takes a role of their own. Nobody holds two of the
//! roles of system, security and audit administrator (三员分立). Not here: reach, which every duty is limited by, and
//! which actions on cases need which role (the server's flows).

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

/// Something that is administered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Agencies of the own subtree: entering, changing, delegations.
    Agencies,
    /// People: entering, changing, transferring, deactivating, deputies.
    People,
    /// Certificates, as the issuing organ decided.
    Certificates,
    /// Training hours of people.
    Training,
    /// Yearly assessments of people, and proposing an exit.
    Assessment,
    /// Deciding about an exit.
    ExitDecisions,
    /// Reading trainings, assessments and exits of others.
    QualificationRecords,
    /// Inspection tasks.
    Tasks,
    /// Accounts and one-time passwords.
    Accounts,
    /// The roles that [`Role::giver`] leaves to the agency's administrator.
    OrdinaryRoles,
    /// The other roles.
    SpecialRoles,
    /// The tree of agencies as a whole.
    AgencyTree,
    /// Regions, items and holidays.
    ReferenceData,
    /// Settings of the installation.
    Settings,
    /// Reading the records of the register.
    RegisterRecords,
}

impl Duty {
    /// All duties.
    pub const ALL: &'static [Self] = &[
        Self::Agencies,
        Self::People,
        Self::Certificates,
        Self::Training,
        Self::Assessment,
        Self::ExitDecisions,
        Self::QualificationRecords,
        Self::Tasks,
        Self::Accounts,
        Self::OrdinaryRoles,
        Self::SpecialRoles,
        Self::AgencyTree,
        Self::ReferenceData,
        Self::Settings,
        Self::RegisterRecords,
    ];

    /// The roles that have it.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Agencies
            | Self::People
            | Self::Certificates
            | Self::Assessment
            | Self::Tasks
            | Self::Accounts
            | Self::OrdinaryRoles => &[Role::AgencyAdmin],
            Self::Training => &[Role::TrainingManager, Role::AgencyAdmin],
            Self::ExitDecisions => &[Role::PrincipalHead],
            Self::QualificationRecords => &[
                Role::AgencyAdmin,
                Role::TrainingManager,
                Role::UnitHead,
                Role::PrincipalHead,
                Role::OtherHead,
                Role::DepartmentSupervisor,
                Role::CountySupervisor,
                Role::CountyLeadership,
            ],
            Self::SpecialRoles => &[Role::SecurityAdmin],
            Self::AgencyTree | Self::ReferenceData | Self::Settings => &[Role::SystemAdmin],
            Self::RegisterRecords => &[Role::AgencyAdmin, Role::SecurityAdmin, Role::AuditAdmin],
        }
    }

    /// Whether somebody with these roles has it.
    pub fn is_of(self, held: &[Role]) -> bool {
        self.roles().iter().any(|role| held.contains(role))
    }
}

/// The three administrators who are kept apart (三员分立).
pub const KEPT_APART: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// The roles that a deputy may have for an absence: those of heads.
pub const DEPUTISED: [Role; 3] = [Role::UnitHead, Role::PrincipalHead, Role::OtherHead];

impl Role {
    /// Who gives and takes this role.
    pub const fn giver(self) -> Duty {
        match self {
            Self::Officer
            | Self::UnitHead
            | Self::PrincipalHead
            | Self::OtherHead
            | Self::LegalReviewer
            | Self::CaseReviewer
            | Self::DepartmentSupervisor
            | Self::TrainingManager => Duty::OrdinaryRoles,
            Self::AgencyAdmin
            | Self::CountySupervisor
            | Self::CountyLeadership
            | Self::SystemAdmin
            | Self::SecurityAdmin
            | Self::AuditAdmin => Duty::SpecialRoles,
        }
    }

    /// Whether the role belongs to the person in whatever agency they work. Every other one is a function in an agency
    /// and ends when the person leaves it.
    pub const fn goes_along(self) -> bool {
        matches!(self, Self::Officer)
    }
}

/// Who gives or takes a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Giver<'a> {
    /// Somebody with these roles.
    Person {
        /// Their roles.
        roles: &'a [Role],
        /// Whether it is a role of their own.
        own: bool,
        /// Whether the installation has had no security administrator so far.
        first: bool,
    },
    /// The operator, with the command on the machine.
    Machine,
}

/// Why a role is not given or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleRefusal {
    /// Another administrator gives it.
    NotTheGiver,
    /// It would be a role of their own.
    Own,
    /// The person holds this role, which is kept apart from it.
    KeptApart(Role),
    /// The person holds it already.
    Held,
    /// The person does not hold it.
    NotHeld,
}

/// Whether a role may be given to somebody who holds `held`.
///
/// # Errors
/// [`RoleRefusal`]; nothing is learned about the person before the giver is known to be the right one.
pub fn may_give(giver: Giver<'_>, role: Role, held: &[Role]) -> Result<(), RoleRefusal> {
    is_the_one(giver, role, true)?;
    if held.contains(&role) {
        return Err(RoleRefusal::Held);
    }
    let apart = KEPT_APART.iter().find(|other| KEPT_APART.contains(&role) && held.contains(other));
    apart.map_or(Ok(()), |other| Err(RoleRefusal::KeptApart(*other)))
}

/// Whether a role may be taken from somebody who holds `held`.
///
/// # Errors
/// As [`may_give`].
pub fn may_take(giver: Giver<'_>, role: Role, held: &[Role]) -> Result<(), RoleRefusal> {
    is_the_one(giver, role, false)?;
    if held.contains(&role) { Ok(()) } else { Err(RoleRefusal::NotHeld) }
}

/// Whether the giver is the one for this role; `appointing` where it is given.
fn is_the_one(giver: Giver<'_>, role: Role, appointing: bool) -> Result<(), RoleRefusal> {
    let Giver::Person { roles, own, first } = giver else { return Ok(()) };
    // The first administrator holds both roles, and may appoint the first security administrator.
    let is_first_administrator = roles.contains(&Role::AgencyAdmin) && roles.contains(&Role::SystemAdmin);
    let appoints = appointing && first && role == Role::SecurityAdmin && is_first_administrator;
    if !role.giver().is_of(roles) && !appoints {
        return Err(RoleRefusal::NotTheGiver);
    }
    if own { Err(RoleRefusal::Own) } else { Ok(()) }
}

/// Whether somebody who holds `held` is in the care of an agency's administrator: their account, transfer and
/// deactivation. Of others the roles are taken first, by the security administrator; otherwise an agency's administrator
/// could take over the account of one who supervises them.
pub fn is_in_care_of_agency(held: &[Role]) -> bool {
    held.iter().all(|role| role.giver() == Duty::OrdinaryRoles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(roles: &[Role]) -> Giver<'_> {
        Giver::Person { roles, own: false, first: false }
    }

    #[test]
    fn ordinary_roles_are_the_agencys_and_the_others_the_security_administrators() {
        let ordinary = [
            Role::Officer,
            Role::UnitHead,
            Role::PrincipalHead,
            Role::OtherHead,
            Role::LegalReviewer,
            Role::CaseReviewer,
            Role::DepartmentSupervisor,
            Role::TrainingManager,
        ];
        for role in Role::ALL {
            for giver in Role::ALL {
                let right = if ordinary.contains(role) { Role::AgencyAdmin } else { Role::SecurityAdmin };
                let wanted = if *giver == right { Ok(()) } else { Err(RoleRefusal::NotTheGiver) };
                assert_eq!(may_give(by(&[*giver]), *role, &[]), wanted, "{giver} gives {role}");
                assert_eq!(may_take(by(&[*giver]), *role, &[*role]), wanted, "{giver} takes {role}");
            }
            assert_eq!(is_in_care_of_agency(&[Role::Officer, *role]), ordinary.contains(role), "{role}");
        }
        assert!(is_in_care_of_agency(&[]));
    }

    #[test]
    fn nobody_gives_or_takes_a_role_of_their_own() {
        for role in Role::ALL {
            let giver = Giver::Person { roles: Role::ALL, own: true, first: true };
            assert_eq!(may_give(giver, *role, &[]), Err(RoleRefusal::Own), "{role}");
            assert_eq!(may_take(giver, *role, &[*role]), Err(RoleRefusal::Own), "{role}");
        }
    }

    #[test]
    fn nobody_holds_two_of_the_three_administrators_not_even_by_the_command_on_the_machine() {
        for one in KEPT_APART {
            for other in KEPT_APART {
                let wanted = if one == other { RoleRefusal::Held } else { RoleRefusal::KeptApart(other) };
                for giver in [by(&[Role::SecurityAdmin]), Giver::Machine] {
                    assert_eq!(may_give(giver, one, &[Role::Officer, other]), Err(wanted), "{one} beside {other}");
                }
            }
            assert_eq!(may_give(by(&[Role::SecurityAdmin]), one, &[Role::AgencyAdmin]), Ok(()));
        }
        assert_eq!(may_give(by(&[Role::SecurityAdmin]), Role::AgencyAdmin, &[Role::SystemAdmin]), Ok(()));
    }

    #[test]
    fn the_first_administrator_appoints_the_first_security_administrator_and_no_other() {
        let first = |roles, first| Giver::Person { roles, own: false, first };
        let both = [Role::AgencyAdmin, Role::SystemAdmin];
        assert_eq!(may_give(first(&both, true), Role::SecurityAdmin, &[]), Ok(()));
        assert_eq!(may_give(first(&both, false), Role::SecurityAdmin, &[]), Err(RoleRefusal::NotTheGiver));
        assert_eq!(may_give(first(&both, true), Role::AuditAdmin, &[]), Err(RoleRefusal::NotTheGiver));
        let takes = may_take(first(&both, true), Role::SecurityAdmin, &[Role::SecurityAdmin]);
        assert_eq!(takes, Err(RoleRefusal::NotTheGiver));
        for one in both.chunks(1) {
            assert_eq!(may_give(first(one, true), Role::SecurityAdmin, &[]), Err(RoleRefusal::NotTheGiver));
        }
        let apart = may_give(first(&both, true), Role::SecurityAdmin, &[Role::SystemAdmin]);
        assert_eq!(apart, Err(RoleRefusal::KeptApart(Role::SystemAdmin)));
        assert_eq!(may_give(Giver::Machine, Role::SecurityAdmin, &[Role::Officer]), Ok(()));
    }

    #[test]
    fn a_role_is_given_once_and_only_a_held_one_is_taken() {
        let admin = by(&[Role::AgencyAdmin]);
        assert_eq!(may_give(admin, Role::Officer, &[Role::Officer]), Err(RoleRefusal::Held));
        assert_eq!(may_take(admin, Role::Officer, &[Role::UnitHead]), Err(RoleRefusal::NotHeld));
    }

    #[test]
    fn the_audit_administrator_reads_the_records_and_has_no_other_duty() {
        let has = |role| Duty::ALL.iter().copied().filter(|duty| duty.is_of(&[role])).collect::<Vec<_>>();
        assert_eq!(has(Role::AuditAdmin), [Duty::RegisterRecords]);
        assert_eq!(has(Role::SystemAdmin), [Duty::AgencyTree, Duty::ReferenceData, Duty::Settings]);
        assert_eq!(has(Role::SecurityAdmin), [Duty::SpecialRoles, Duty::RegisterRecords]);
        assert_eq!(has(Role::UnitHead), [Duty::QualificationRecords]);
        assert_eq!(has(Role::TrainingManager), [Duty::Training, Duty::QualificationRecords]);
        assert_eq!(has(Role::PrincipalHead), [Duty::ExitDecisions, Duty::QualificationRecords]);
        assert_eq!(has(Role::Officer), []);
        assert!(!Duty::ExitDecisions.is_of(&[Role::AgencyAdmin]), "who proposes an exit does not decide about it");
        assert!(DEPUTISED.iter().all(|role| role.giver() == Duty::OrdinaryRoles));
    }
}
