//! Where the data of certificates came from, and who confirmed them. Rows of both tables are permanent.

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;
use sync_core::verification::SourceKind;

use super::dialect::by_column;
use super::schema::{certificate, certificate_confirmation, certificate_source};
use super::tx::Tx;
use super::{Error, row};

/// Where the data of a certificate came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Number of the certificate.
    pub certificate: String,
    /// Order within the certificate, from 0.
    pub ordinal: i64,
    /// The revision of the data.
    pub revision: i64,
    /// When it was stated.
    pub at: Instant,
    /// By whom; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// What kind.
    pub kind: SourceKind,
    /// What proves it, in words.
    pub proof: String,
    /// SHA-256 of the file that proves it.
    pub digest: Option<Digest>,
}

/// A person's confirmation of a certificate's data.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_confirmation)]
pub struct ConfirmationRow {
    /// Number of the certificate.
    pub certificate: String,
    /// The revision of the data.
    pub revision: i64,
    /// Who confirmed it.
    pub officer: OfficerId,
    /// When.
    #[diesel(column_name = at_ms)]
    pub at: Instant,
    /// The organ that issued the certificate.
    pub issued_by: String,
    /// Why.
    pub reason: String,
}

#[derive(Insertable)]
#[diesel(table_name = certificate_source, treat_none_as_default_value = false)]
pub(super) struct NewSource {
    tenant: TenantId,
    certificate: String,
    ordinal: i64,
    revision: i64,
    at_ms: Instant,
    actor: Option<OfficerId>,
    kind: SourceKind,
    proof: String,
    digest: Option<Digest>,
}
by_column!(certificate_source, NewSource { tenant, certificate, ordinal, revision, at_ms, actor, kind, proof, digest });

impl NewSource {
    pub(super) fn of(tenant: &TenantId, row: SourceRow) -> Self {
        let SourceRow { certificate, ordinal, revision, at, actor, kind, proof, digest } = row;
        Self { tenant: *tenant, certificate, ordinal, revision, at_ms: at, actor, kind, proof, digest }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificate_source)]
struct Row {
    certificate: String,
    ordinal: i64,
    revision: i64,
    at_ms: Instant,
    actor: Option<OfficerId>,
    kind: String,
    proof: String,
    digest: Option<Digest>,
}

impl Row {
    fn restore(self) -> Result<SourceRow, Error> {
        let Self { certificate, ordinal, revision, at_ms: at, actor, kind, proof, digest } = self;
        let kind = row::code("certificate_source", "kind", format_args!("{certificate} {ordinal}"), &kind)?;
        Ok(SourceRow { certificate, ordinal, revision, at, actor, kind, proof, digest })
    }
}

impl Tx<'_> {
    /// The holder of each certificate of these officers, its number and the revision of its data, by number.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn certificate_revisions(
        &mut self,
        tenant: &TenantId,
        officers: &[OfficerId],
    ) -> Result<Vec<(OfficerId, String, i64)>, Error> {
        let theirs =
            certificate::table.filter(certificate::tenant.eq(tenant)).filter(certificate::officer.eq_any(officers));
        let columns = (certificate::officer, certificate::number, certificate::revision);
        Ok(theirs.order(certificate::number).select(columns).load(self.db())?)
    }

    /// Adds where the data of a certificate came from: its revision and its place among the others are filled in.
    ///
    /// # Errors
    /// [`Error`] where a statement fails, such as for an unknown certificate.
    pub fn add_source(&mut self, tenant: &TenantId, new: SourceRow) -> Result<(), Error> {
        let number = new.certificate.as_str();
        let revision: i64 = certificate::table.find((tenant, number)).select(certificate::revision).first(self.db())?;
        let its = certificate_source::table
            .filter(certificate_source::tenant.eq(tenant))
            .filter(certificate_source::certificate.eq(number));
        let ordinal: i64 = its.count().get_result(self.db())?;
        let row = NewSource::of(tenant, SourceRow { ordinal, revision, ..new });
        diesel::insert_into(certificate_source::table).values(row).execute(self.db())?;
        Ok(())
    }

    /// Where the data of these certificates came from, by number, in the order in which it was stated.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn sources_of(&mut self, tenant: &TenantId, numbers: &[String]) -> Result<Vec<SourceRow>, Error> {
        let found = certificate_source::table
            .filter(certificate_source::tenant.eq(tenant))
            .filter(certificate_source::certificate.eq_any(numbers))
            .order((certificate_source::certificate, certificate_source::ordinal))
            .select(Row::as_select())
            .load(self.db())?;
        found.into_iter().map(Row::restore).collect()
    }

    /// Adds a confirmation.
    ///
    /// # Errors
    /// [`Error`] where the statement fails; [`Error::is_duplicate`] where this person confirmed this revision already.
    pub fn add_confirmation(&mut self, tenant: &TenantId, new: &ConfirmationRow) -> Result<(), Error> {
        let row = (certificate_confirmation::tenant.eq(tenant), new);
        diesel::insert_into(certificate_confirmation::table).values(row).execute(self.db())?;
        Ok(())
    }

    /// The confirmations of these certificates, by number, the oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn confirmations_of(&mut self, tenant: &TenantId, numbers: &[String]) -> Result<Vec<ConfirmationRow>, Error> {
        let found = certificate_confirmation::table
            .filter(certificate_confirmation::tenant.eq(tenant))
            .filter(certificate_confirmation::certificate.eq_any(numbers))
            .order((
                certificate_confirmation::certificate,
                certificate_confirmation::at_ms,
                certificate_confirmation::officer,
            ));
        Ok(found.select(ConfirmationRow::as_select()).load(self.db())?)
    }
}
