//! Qualification of officers (资格管理): training hours, the yearly assessment, and exit (退出机制) as a process.
//!
//! Promise: pure. Hours count in the civil year in which a training ended. An exit is proposed, the officer is heard, and
//! then somebody else decides; no step can be skipped. Not here: the status of a certificate, about which the organ that
//! issued it decides (`certificate`), and who has which duty (`role`).

use crate::code::codes;
use crate::id::OfficerId;
use crate::time::{Date, Instant};

codes! {
    /// What a training is about (分类培训).
    pub enum TrainingClass {
        /// 政治能力.
        Political = "political",
        /// 业务能力: law and the trade.
        Professional = "professional",
    }
}

codes! {
    /// Who held a training (分级培训).
    pub enum TrainingLevel {
        /// 国家级.
        National = "national",
        /// 省（直辖市）级.
        Provincial = "provincial",
        /// 区县级.
        County = "county",
        /// The own agency.
        Agency = "agency",
    }
}

codes! {
    /// Result of a yearly assessment (年度考核等次; 交通运输行政执法证件管理规定 第二十八条).
    pub enum AssessmentResult {
        /// 优秀.
        Excellent = "excellent",
        /// 合格.
        Qualified = "qualified",
        /// 基本合格.
        BarelyQualified = "barely_qualified",
        /// 不合格.
        Unqualified = "unqualified",
    }
}

codes! {
    /// What is to be proposed to the organ that issued the certificate, because of assessments.
    pub enum AssessmentConsequence {
        /// 暂扣 and training (交通运输行政执法证件管理规定 第三十一条第（一）项、第三十二条).
        Suspension = "suspension",
        /// 吊销 after two years in a row (第三十三条第（七）项).
        Revocation = "revocation",
    }
}

codes! {
    /// Why somebody is to leave enforcement.
    pub enum ExitGround {
        /// 年度考核不合格.
        FailedAssessment = "failed_assessment",
        /// 不再符合执法人员条件.
        NoLongerQualified = "no_longer_qualified",
        /// 违法违纪.
        Misconduct = "misconduct",
        /// 调离执法岗位.
        LeftPost = "left_post",
        /// 退休.
        Retired = "retired",
        /// 本人申请.
        OwnRequest = "own_request",
    }
}

codes! {
    /// How the officer was heard (陈述、申辩).
    pub enum ExitHearing {
        /// 本人作了陈述、申辩.
        Stated = "stated",
        /// 本人表示放弃.
        Waived = "waived",
        /// 经通知未在期限内陈述、申辩.
        DidNotAppear = "did_not_appear",
    }
}

codes! {
    /// How an exit ended.
    pub enum ExitOutcome {
        /// The person leaves enforcement.
        Leaves = "leaves",
        /// The person stays.
        Stays = "stays",
    }
}

/// Training hours in a year that an officer should have: 法治政府建设实施纲要（2021－2025年）（三十四）.
pub const HOURS_PER_YEAR: u32 = 60;
/// Most hours of one training.
pub const MOST_HOURS: u32 = 400;

/// The civil year in which a training that ended on this day counts.
pub fn year_of(until: Date) -> i16 {
    until.year()
}

/// What follows from the yearly assessments up to `year`: each is a year and its result, in any order.
///
/// ```
/// use sync_core::qualification::{AssessmentConsequence, AssessmentResult, consequence};
/// let years = [(2025, AssessmentResult::Unqualified), (2026, AssessmentResult::Unqualified)];
/// assert_eq!(consequence(&years, 2026), Some(AssessmentConsequence::Revocation));
/// assert_eq!(consequence(&years, 2025), Some(AssessmentConsequence::Suspension));
/// ```
pub fn consequence(years: &[(i16, AssessmentResult)], year: i16) -> Option<AssessmentConsequence> {
    let failed = |year: i16| years.contains(&(year, AssessmentResult::Unqualified));
    match (failed(year), year.checked_sub(1).is_some_and(failed)) {
        (true, true) => Some(AssessmentConsequence::Revocation),
        (true, false) => Some(AssessmentConsequence::Suspension),
        (false, _) => None,
    }
}

/// How far an exit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStage {
    /// Proposed by this person; the officer was not heard.
    Proposed {
        /// Who proposed it.
        by: OfficerId,
    },
    /// The officer was heard.
    Heard {
        /// Who proposed it.
        by: OfficerId,
        /// Who heard the officer.
        hearer: OfficerId,
        /// When.
        at: Instant,
    },
    /// It was decided.
    Decided(ExitOutcome),
}

/// Why the next step of an exit is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitRefusal {
    /// It was decided.
    Decided,
    /// The officer was heard already.
    Heard,
    /// The officer was not heard yet.
    NotHeard,
    /// Who proposed it or heard the officer does not decide about it.
    SamePerson,
}

impl ExitStage {
    /// Whether the officer can be heard now.
    ///
    /// # Errors
    /// [`ExitRefusal`].
    pub const fn may_hear(self) -> Result<(), ExitRefusal> {
        match self {
            Self::Proposed { .. } => Ok(()),
            Self::Heard { .. } => Err(ExitRefusal::Heard),
            Self::Decided(_) => Err(ExitRefusal::Decided),
        }
    }

    /// Whether this person can decide now.
    ///
    /// # Errors
    /// [`ExitRefusal`].
    pub fn may_decide(self, decider: OfficerId) -> Result<(), ExitRefusal> {
        match self {
            Self::Proposed { .. } => Err(ExitRefusal::NotHeard),
            Self::Heard { by, hearer, .. } if by == decider || hearer == decider => Err(ExitRefusal::SamePerson),
            Self::Heard { .. } => Ok(()),
            Self::Decided(_) => Err(ExitRefusal::Decided),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: OfficerId = OfficerId::new([1; 16]);
    const OTHER: OfficerId = OfficerId::new([2; 16]);
    const HEAD: OfficerId = OfficerId::new([3; 16]);

    #[test]
    fn two_failed_years_in_a_row_are_more_than_two_with_a_year_between() {
        use AssessmentResult::{BarelyQualified, Qualified, Unqualified};
        let all = [(2026, Unqualified), (2024, Unqualified), (2025, BarelyQualified), (2023, Unqualified)];
        assert_eq!(consequence(&all, 2026), Some(AssessmentConsequence::Suspension));
        assert_eq!(consequence(&all, 2025), None);
        assert_eq!(consequence(&all, 2024), Some(AssessmentConsequence::Revocation));
        assert_eq!(consequence(&all, 2022), None);
        assert_eq!(consequence(&[(2026, Qualified), (2025, Unqualified)], 2026), None);
        assert_eq!(consequence(&[(i16::MIN, Unqualified)], i16::MIN), Some(AssessmentConsequence::Suspension));
    }

    #[test]
    fn an_exit_is_decided_after_the_officer_was_heard_and_by_a_third_person() {
        let proposed = ExitStage::Proposed { by: ONE };
        assert_eq!(proposed.may_hear(), Ok(()));
        assert_eq!(proposed.may_decide(HEAD), Err(ExitRefusal::NotHeard));
        let heard = ExitStage::Heard { by: ONE, hearer: OTHER, at: Instant::from_ms(1) };
        assert_eq!(heard.may_hear(), Err(ExitRefusal::Heard));
        assert_eq!(heard.may_decide(HEAD), Ok(()));
        for same in [ONE, OTHER] {
            assert_eq!(heard.may_decide(same), Err(ExitRefusal::SamePerson));
        }
        for outcome in ExitOutcome::ALL {
            let decided = ExitStage::Decided(*outcome);
            assert_eq!(decided.may_hear(), Err(ExitRefusal::Decided));
            assert_eq!(decided.may_decide(HEAD), Err(ExitRefusal::Decided));
        }
    }

    #[test]
    fn hours_count_in_the_year_in_which_the_training_ended() {
        assert_eq!(year_of(Date::constant(2026, 12, 31)), 2026);
        assert_eq!(year_of(Date::constant(2027, 1, 1)), 2027);
    }
}
