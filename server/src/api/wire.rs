//! Conversion of rows into wire types. Each row is destructured without `..`, so a new column does not compile until it
//! is handled here.

use api_spec::agency::Agency;
use api_spec::device::Device;
use api_spec::officer::{Account, Certificate, CertificateInterval, Deputy, Officer, OfficerDetail};
use api_spec::session::AccessToken;
use sync_core::id::{OfficerId, hex};
use sync_core::time::Instant;

use crate::flow::certificate::status_at;
use crate::flow::officer;
use crate::flow::seed;
use crate::flow::session::Issued;
use crate::store::{AgencyRow, CertificateRow, DeputyRow, DeviceRow, IntervalRow, OfficerRow};

/// A token.
pub fn token(issued: Issued) -> AccessToken {
    let Issued { token, expires } = issued;
    AccessToken { access_token: token, token_type: "Bearer".to_owned(), expires_ms: expires.ms() }
}

/// An agency.
pub fn agency(row: AgencyRow) -> Agency {
    let AgencyRow { id, parent, path: _, name, short_name, kind, sector, acts_for, reconsideration, active } = row;
    Agency {
        id: id.to_string(),
        parent: parent.map(|id| id.to_string()),
        name,
        short_name,
        kind,
        sector,
        acts_for: acts_for.map(|id| id.to_string()),
        reconsideration: reconsideration.map(|id| id.to_string()),
        active,
    }
}

/// An officer.
pub fn officer(row: OfficerRow) -> Officer {
    let OfficerRow { id, agency, name, helper, active, created: _ } = row;
    let made_up = seed::is_made_up(&id);
    Officer { id: id.to_string(), name, agency: agency.to_string(), helper, active, made_up }
}

/// A certificate with its status at `now`.
pub fn certificate((row, history): (CertificateRow, Vec<IntervalRow>), now: Instant) -> Certificate {
    let status = status_at(&row, &history, now);
    let CertificateRow { number, officer: _, category, region, issued_on, valid_until } = row;
    let intervals = history
        .into_iter()
        .map(|IntervalRow { ordinal: _, status, from, until, reason, basis, decided_by }| CertificateInterval {
            status,
            from_ms: from.ms(),
            until_ms: until.map(Instant::ms),
            reason,
            basis,
            decided_by,
        })
        .collect();
    Certificate { number, category, region, issued_on, valid_until, status, intervals }
}

/// A person with everything that the register says.
pub fn detail(found: officer::Detail, now: Instant) -> OfficerDetail {
    let officer::Detail { officer, agency_name: _, roles, certificates, account, deputies, names, version: _ } = found;
    let name = |id: &OfficerId| names.get(id).cloned().unwrap_or_default();
    let deputy = |row: DeputyRow| {
        let DeputyRow { id, head, officer, role, from, until, ended } = row;
        Deputy {
            id: hex(&id),
            head: head.to_string(),
            head_name: name(&head),
            officer: officer.to_string(),
            name: name(&officer),
            role,
            from_ms: from.ms(),
            until_ms: until.ms(),
            ended_ms: ended.map(Instant::ms),
        }
    };
    OfficerDetail {
        officer: self::officer(officer),
        roles,
        certificates: certificates.into_iter().map(|one| certificate(one, now)).collect(),
        account: account.map(|officer::Account { login, one_time_until, closed }| Account {
            login,
            one_time_until_ms: one_time_until.map(Instant::ms),
            closed_ms: closed.map(Instant::ms),
        }),
        deputies: deputies.into_iter().map(deputy).collect(),
    }
}

/// A phone.
pub fn device(row: DeviceRow) -> Device {
    let DeviceRow { id, officer, public_key, label, enrolled, revoked, revoked_reason } = row;
    Device {
        id: id.to_string(),
        officer: officer.to_string(),
        label,
        public_key: hex(&public_key),
        enrolled_ms: enrolled.ms(),
        revoked_ms: revoked.map(Instant::ms),
        revoked_reason,
    }
}
