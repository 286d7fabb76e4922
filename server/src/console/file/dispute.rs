//! Values side by side: conflicts, how they were resolved, and the history of a field.

use api_spec::case as wire;

use super::super::words;
use super::Reader;

/// A competing value.
#[derive(Debug)]
pub struct Side {
    /// As people read it.
    pub value: String,
    /// The author.
    pub author: String,
    /// On which phone.
    pub phone: String,
    /// When, by that phone's clock.
    pub when: String,
    /// The place.
    pub place: String,
    /// Whether a signed document showed it.
    pub signed: bool,
    /// Whether it is live.
    pub live: bool,
    /// Whether it settled the conflict.
    pub settles: bool,
    /// The reason, if it settled the conflict.
    pub reason: String,
}

/// Values side by side.
#[derive(Debug)]
pub struct Dispute {
    /// The field.
    pub label: String,
    /// The values.
    pub sides: Vec<Side>,
}

impl Dispute {
    /// The value that resolved it, if it is live.
    pub fn settlement(&self) -> Option<&Side> {
        self.sides.iter().find(|side| side.live && side.settles)
    }
}

impl Reader<'_> {
    /// Open conflicts.
    pub fn conflicts(&self) -> Vec<Dispute> {
        let disputes = self.case.conflicts.iter().map(|field| Dispute {
            label: self.named(field),
            sides: field.live.iter().map(|live| self.side(field, live)).collect(),
        });
        disputes.collect()
    }

    fn named(&self, field: &wire::Field) -> String {
        let of = field.target.as_deref().map(|id| self.entity_title(id)).filter(|title| !title.is_empty());
        of.map_or_else(|| self.label(&field.label), |of| format!("{of} · {}", self.label(&field.label)))
    }

    fn side(&self, field: &wire::Field, live: &wire::LiveValue) -> Side {
        Side {
            value: self.value(field, &live.value),
            author: self.name(&live.by),
            phone: self.phone(&live.by),
            when: self.when(&live.by),
            place: place(&live.by),
            signed: live.signed,
            live: true,
            settles: live.reason.is_some(),
            reason: live.reason.clone().unwrap_or_default(),
        }
    }

    /// Every write to a field, for its history and for conflicts that were settled.
    pub fn history(&self, history: &wire::FieldHistory) -> Dispute {
        let kind = self.field_kind(history.target.as_deref(), &history.name);
        let side = |write: &wire::FieldWrite| Side {
            value: words::shown(self.language, kind, &write.value),
            author: self.name(&write.by),
            phone: self.phone(&write.by),
            when: self.when(&write.by),
            place: place(&write.by),
            signed: false,
            live: write.live,
            settles: write.act == "resolve",
            reason: write.reason.clone().unwrap_or_default(),
        };
        let title = history.target.as_deref().map(|id| self.entity_title(id)).unwrap_or_default();
        Dispute {
            label: format!("{title} {}", self.label(&history.label)).trim().to_owned(),
            sides: history.writes.iter().map(side).collect(),
        }
    }
}

/// Ten-millionths of a degree as degrees with four digits.
fn degrees(e7: i64) -> String {
    let (whole, part) = (e7.unsigned_abs() / 10_000_000, e7.unsigned_abs() % 10_000_000 / 1000);
    format!("{}{whole}.{part:04}°", if e7 < 0 { "−" } else { "" })
}

/// The place of an act, for people.
pub(super) fn place(by: &wire::Author) -> String {
    by.place.as_ref().map_or_else(String::new, |place| {
        let (latitude, longitude) = (degrees(place.latitude_e7), degrees(place.longitude_e7));
        format!("{latitude}, {longitude} ±{} m", place.accuracy_m)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_without_a_float() {
        assert_eq!(degrees(310_746_000), "31.0746°");
        assert_eq!(degrees(-5_000_000), "−0.5000°");
    }
}
