//! Formal acts on the phone: signing, delivering, resolving conflicts, drawing a form number.

use serde_json::{Value as Json, json};
use sync_core::device::{NumberFor, Saved};
use sync_core::op::{OpRef, SignerRole};
use sync_core::schema::{self as names, FormName};
use sync_core::strokes::Strokes;
use sync_core::value::Value;

use super::Phone;
use super::answer::{CommandError, Done};
use super::command::{Deliver, Number, Resolve, Sign};
use super::edit::entity;
use super::photo::About;
use super::value::Aliases;

/// The manner of a signature with a finger on the screen.
const STROKES: &str = "strokes";

impl Phone {
    /// Signs a document over everything it shows. Strokes are kept as evidence too.
    pub(super) fn sign(&mut self, sign: Sign) -> Done {
        let Sign { case, document, form, version, role, manner, value } = sign;
        let role = SignerRole::parse(&role)
            .map_err(|_unknown| CommandError::broken("role is officer, second_officer, party, witness or refusal"))?;
        let mut editor = self.editor(case)?;
        let document = entity(&editor, &document)?;
        let value = value.map(|value| value.0);
        let strokes = strokes(&manner, value.as_ref())?;
        editor.sign(document, form, version, role, &manner, value);
        let mut kept = None;
        if let Some(bytes) = strokes {
            let about = About {
                title: "手写签名",
                kind: "电子数据",
                proves: "签名人在屏幕上手写的签名",
                media_type: "application/cbor",
            };
            kept = Some(self.keep_evidence(&mut editor, &bytes, &about)?);
        }
        let mut save = editor.into_save();
        save.evidence.extend(kept.iter().map(|(_, file)| file.clone()));
        let Saved { change, .. } = self.commit(save, None)?;
        Ok(match kept {
            Some((entity, file)) => {
                json!({"change": change, "digest": file.digest, "entity": entity.resolve(change)})
            }
            None => json!({"change": change}),
        })
    }

    /// Records that a document was delivered, and how.
    pub(super) fn deliver(&mut self, deliver: &Deliver) -> Done {
        let Deliver { case, document, manner } = deliver;
        let mut editor = self.editor(*case)?;
        let document = entity(&editor, document)?;
        editor.record(names::DELIVERED, Some(OpRef::Of(document)), Some(Value::text(manner)));
        let Saved { change, .. } = self.commit(editor.into_save(), None)?;
        Ok(json!({"change": change}))
    }

    /// Resolves a conflict with a reason.
    pub(super) fn resolve(&mut self, resolve: Resolve) -> Done {
        let Resolve { case, on, field, value, reason } = resolve;
        let mut editor = self.editor(case)?;
        let target = on.map(|on| on.find(&Aliases::new())).transpose().map_err(CommandError::Broken)?;
        if !editor.resolve(target, field, value.0, &reason) {
            let (zh, en) = ("该字段没有需要确定的不同值。", "The field has no different values to settle.");
            return Err(CommandError::refused("no_conflict", zh, en));
        }
        let Saved { change, .. } = self.commit(editor.into_save(), None)?;
        Ok(json!({"change": change}))
    }

    /// Takes the next form number of the phone's blocks for a document; nulls where none is left.
    pub(super) fn number(&mut self, number: &Number) -> Done {
        let Number { case, document, form, year } = number;
        let form = FormName::from(form.as_str());
        let editor = self.editor(*case)?;
        let document = entity(&editor, document)?;
        if self.owner()?.device.numbers_left(&form, *year)? == 0 {
            return Ok(json!({"change": null, "text": null, "serial": null}));
        }
        let mut save = editor.into_save();
        save.number = Some(NumberFor { document: OpRef::Of(document), form, year: *year });
        let Saved { change, number, .. } = self.commit(save, None)?;
        let (text, serial) = number.map_or((Json::Null, Json::Null), |drawn| (json!(drawn.text), json!(drawn.serial)));
        Ok(json!({"change": change, "text": text, "serial": serial}))
    }
}

/// The bytes of strokes; none for another manner.
fn strokes(manner: &str, value: Option<&Value>) -> Result<Option<Vec<u8>>, CommandError> {
    if manner != STROKES {
        return Ok(None);
    }
    let value =
        value.ok_or_else(|| CommandError::broken("strokes want a value: a flat list of integers x, y, ms, …"))?;
    Strokes::from_value(value).map_err(CommandError::broken)?;
    Ok(Some(value.to_bytes()))
}
