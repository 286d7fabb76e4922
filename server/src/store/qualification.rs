//! Training hours, yearly assessments and exits of officers.

use diesel::prelude::*;
use sync_core::id::{OfficerId, TenantId, hex};
use sync_core::qualification::{
    AssessmentResult, ExitGround, ExitHearing, ExitOutcome, ExitStage, TrainingClass, TrainingLevel,
};
use sync_core::time::Instant;

use super::schema::{assessment, officer_exit, training};
use super::tx::Tx;
use super::{Error, row};

/// A training.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = training, treat_none_as_default_value = false)]
pub struct TrainingRow {
    /// Id.
    pub id: [u8; 16],
    /// Who was trained.
    pub officer: OfficerId,
    /// What it was about.
    pub class: TrainingClass,
    /// Who held it.
    pub level: TrainingLevel,
    /// Its subject.
    pub topic: String,
    /// First day, `YYYY-MM-DD`.
    pub held_on: String,
    /// Last day, `YYYY-MM-DD`.
    pub until_on: String,
    /// Whole hours (学时).
    pub hours: i64,
    /// What proves it.
    pub proof: String,
    /// When it was entered.
    #[diesel(column_name = entered_ms)]
    pub entered: Instant,
    /// Since when the entry does not count.
    #[diesel(column_name = annulled_ms)]
    pub annulled: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = training)]
struct Training {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    officer: OfficerId,
    class: String,
    level: String,
    topic: String,
    held_on: String,
    until_on: String,
    hours: i64,
    proof: String,
    entered_ms: Instant,
    annulled_ms: Option<Instant>,
}

impl Training {
    fn restore(self) -> Result<TrainingRow, Error> {
        let Self { id, officer, class, level, topic, held_on, until_on, hours, proof, entered_ms, annulled_ms } = self;
        let class = row::code("training", "class", hex(&id), &class)?;
        let level = row::code("training", "level", hex(&id), &level)?;
        let (entered, annulled) = (entered_ms, annulled_ms);
        Ok(TrainingRow { id, officer, class, level, topic, held_on, until_on, hours, proof, entered, annulled })
    }
}

/// A yearly assessment.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = assessment, treat_none_as_default_value = false)]
pub struct AssessmentRow {
    /// Id.
    pub id: [u8; 16],
    /// Who was assessed.
    pub officer: OfficerId,
    /// The year.
    pub year: i64,
    /// The result.
    pub result: AssessmentResult,
    /// The organ that assessed.
    pub organ: String,
    /// Its document.
    pub document: String,
    /// When it was entered.
    #[diesel(column_name = entered_ms)]
    pub entered: Instant,
    /// Since when the entry does not count.
    #[diesel(column_name = annulled_ms)]
    pub annulled: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = assessment)]
struct Assessment {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    officer: OfficerId,
    year: i64,
    result: String,
    organ: String,
    document: String,
    entered_ms: Instant,
    annulled_ms: Option<Instant>,
}

impl Assessment {
    fn restore(self) -> Result<AssessmentRow, Error> {
        let Self { id, officer, year, result, organ, document, entered_ms: entered, annulled_ms: annulled } = self;
        let result = row::code("assessment", "result", hex(&id), &result)?;
        Ok(AssessmentRow { id, officer, year, result, organ, document, entered, annulled })
    }
}

/// An exit: somebody is to leave enforcement.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = officer_exit, treat_none_as_default_value = false)]
pub struct ExitRow {
    /// Id.
    pub id: [u8; 16],
    /// Who is to leave.
    pub officer: OfficerId,
    /// Why.
    pub ground: ExitGround,
    /// The facts.
    pub facts: String,
    /// The provision or document.
    pub basis: String,
    /// Who proposed it.
    pub proposer: OfficerId,
    /// When.
    #[diesel(column_name = proposed_ms)]
    pub proposed: Instant,
    /// How the officer was heard.
    pub hearing: Option<ExitHearing>,
    /// What the officer said.
    pub statement: Option<String>,
    /// Who heard the officer.
    pub hearer: Option<OfficerId>,
    /// When.
    #[diesel(column_name = heard_ms)]
    pub heard: Option<Instant>,
    /// What was decided.
    pub outcome: Option<ExitOutcome>,
    /// Number of the written decision.
    pub document: Option<String>,
    /// Who decided.
    pub decider: Option<OfficerId>,
    /// When.
    #[diesel(column_name = decided_ms)]
    pub decided: Option<Instant>,
}

impl ExitRow {
    /// How far it has come.
    pub fn stage(&self) -> ExitStage {
        match (self.outcome, self.hearer.zip(self.heard)) {
            (Some(outcome), _) => ExitStage::Decided(outcome),
            (None, Some((hearer, at))) => ExitStage::Heard { by: self.proposer, hearer, at },
            (None, None) => ExitStage::Proposed { by: self.proposer },
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = officer_exit)]
struct Exit {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    officer: OfficerId,
    ground: String,
    facts: String,
    basis: String,
    proposer: OfficerId,
    proposed_ms: Instant,
    hearing: Option<String>,
    statement: Option<String>,
    hearer: Option<OfficerId>,
    heard_ms: Option<Instant>,
    outcome: Option<String>,
    document: Option<String>,
    decider: Option<OfficerId>,
    decided_ms: Option<Instant>,
}

impl Exit {
    fn restore(self) -> Result<ExitRow, Error> {
        let key = hex(&self.id);
        let hearing = self.hearing.map(|text| row::code("officer_exit", "hearing", &key, &text)).transpose()?;
        let outcome = self.outcome.map(|text| row::code("officer_exit", "outcome", &key, &text)).transpose()?;
        Ok(ExitRow {
            id: self.id,
            officer: self.officer,
            ground: row::code("officer_exit", "ground", &key, &self.ground)?,
            facts: self.facts,
            basis: self.basis,
            proposer: self.proposer,
            proposed: self.proposed_ms,
            hearing,
            statement: self.statement,
            hearer: self.hearer,
            heard: self.heard_ms,
            outcome,
            document: self.document,
            decider: self.decider,
            decided: self.decided_ms,
        })
    }
}

impl Tx<'_> {
    /// Adds a training.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_training(&mut self, tenant: &TenantId, new: &TrainingRow) -> Result<(), Error> {
        diesel::insert_into(training::table).values((training::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The trainings of a person, the last first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn trainings_of(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        limit: i64,
    ) -> Result<Vec<TrainingRow>, Error> {
        let theirs = training::table.filter(training::tenant.eq(tenant)).filter(training::officer.eq(officer));
        let newest = theirs.order((training::until_on.desc(), training::id)).limit(limit);
        newest.select(Training::as_select()).load(self.db())?.into_iter().map(Training::restore).collect()
    }

    /// The trainings of everybody that count and ended from this day to that day, both included.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn trainings_between(&mut self, tenant: &TenantId, first: &str, last: &str) -> Result<Vec<TrainingRow>, Error> {
        let between = training::table
            .filter(training::tenant.eq(tenant))
            .filter(training::until_on.ge(first))
            .filter(training::until_on.le(last))
            .filter(training::annulled_ms.is_null())
            .select(Training::as_select());
        between.load(self.db())?.into_iter().map(Training::restore).collect()
    }

    /// Annuls a training of this person; false where there is none that counts.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn annul_training(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        id: &[u8; 16],
        at: Instant,
    ) -> Result<bool, Error> {
        let counting = training::table
            .find((tenant, &id[..]))
            .filter(training::officer.eq(officer))
            .filter(training::annulled_ms.is_null());
        Ok(diesel::update(counting).set(training::annulled_ms.eq(at)).execute(self.db())? == 1)
    }

    /// Adds an assessment.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_assessment(&mut self, tenant: &TenantId, new: &AssessmentRow) -> Result<(), Error> {
        diesel::insert_into(assessment::table).values((assessment::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The assessments of a person, the last year first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn assessments_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<AssessmentRow>, Error> {
        let theirs = assessment::table.filter(assessment::tenant.eq(tenant)).filter(assessment::officer.eq(officer));
        let newest = theirs.order((assessment::year.desc(), assessment::entered_ms.desc(), assessment::id));
        newest.select(Assessment::as_select()).load(self.db())?.into_iter().map(Assessment::restore).collect()
    }

    /// Annuls an assessment of this person; false where there is none that counts.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn annul_assessment(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        id: &[u8; 16],
        at: Instant,
    ) -> Result<bool, Error> {
        let counting = assessment::table
            .find((tenant, &id[..]))
            .filter(assessment::officer.eq(officer))
            .filter(assessment::annulled_ms.is_null());
        Ok(diesel::update(counting).set(assessment::annulled_ms.eq(at)).execute(self.db())? == 1)
    }

    /// Adds an exit.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_exit(&mut self, tenant: &TenantId, new: &ExitRow) -> Result<(), Error> {
        diesel::insert_into(officer_exit::table).values((officer_exit::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The exits of a person, the last first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn exits_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<ExitRow>, Error> {
        let theirs =
            officer_exit::table.filter(officer_exit::tenant.eq(tenant)).filter(officer_exit::officer.eq(officer));
        let newest = theirs.order((officer_exit::proposed_ms.desc(), officer_exit::id));
        newest.select(Exit::as_select()).load(self.db())?.into_iter().map(Exit::restore).collect()
    }

    /// Stores how the officer of an exit was heard.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn hear_exit(
        &mut self,
        tenant: &TenantId,
        id: &[u8; 16],
        heard: (ExitHearing, &str),
        by: &OfficerId,
        at: Instant,
    ) -> Result<(), Error> {
        let (hearing, statement) = heard;
        let set = (
            officer_exit::hearing.eq(hearing),
            officer_exit::statement.eq(statement),
            officer_exit::hearer.eq(by),
            officer_exit::heard_ms.eq(at),
        );
        diesel::update(officer_exit::table.find((tenant, &id[..]))).set(set).execute(self.db())?;
        Ok(())
    }

    /// Stores the decision about an exit.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn decide_exit(
        &mut self,
        tenant: &TenantId,
        id: &[u8; 16],
        decided: (ExitOutcome, &str),
        by: &OfficerId,
        at: Instant,
    ) -> Result<(), Error> {
        let (outcome, document) = decided;
        let set = (
            officer_exit::outcome.eq(outcome),
            officer_exit::document.eq(document),
            officer_exit::decider.eq(by),
            officer_exit::decided_ms.eq(at),
        );
        diesel::update(officer_exit::table.find((tenant, &id[..]))).set(set).execute(self.db())?;
        Ok(())
    }
}
