//! Saves: opening a case and writing in it.

use serde_json::{Map, Value as Json, json};
use sync_core::device::{Editor, Save, Saved};
use sync_core::id::CaseId;
use sync_core::op::{CaseKind, OpId, OpRef, Open};
use sync_core::schema::EntityKind;

use super::Phone;
use super::answer::{CommandError, Done};
use super::case::fault;
use super::command::{self, AddOp, InviteOp, Op, PauseAt, PutOp, RecordOp, WithdrawOp};
use super::value::{Aliases, Ref};

impl Phone {
    /// Opens a case in the name of the officer's agency.
    pub(super) fn open_case(&mut self, open: command::Open) -> Done {
        let command::Open { kind, item, mut officers, fields, pause } = open;
        let owner = self.owner()?;
        let identity = owner.device.identity();
        let kind = CaseKind::parse(&kind)
            .map_err(|_unknown| CommandError::broken("kind is inspection, simple or ordinary"))?;
        officers.push(identity.officer);
        officers.sort_unstable();
        officers.dedup();
        let mut editor = owner.device.open_case(Open { kind, agency: identity.agency, item, officers });
        for (field, value) in fields {
            editor.put(None, field, value.0);
        }
        let Saved { change, case, number: _, voided: _, checks, clock } = self.commit(editor.into_save(), pause)?;
        Ok(json!({"case": case, "change": change, "checks": checks, "clock": clock.map(fault)}))
    }

    /// Writes in a case.
    pub(super) fn save(&mut self, save: command::Save) -> Done {
        let command::Save { case, ops, pause } = save;
        let mut pen = Pen { editor: self.editor(case)?, aliases: Aliases::new() };
        for op in ops {
            pen.write(op).map_err(CommandError::Broken)?;
        }
        let Pen { editor, aliases } = pen;
        let Saved { change, case: _, number: _, voided: _, checks, clock } = self.commit(editor.into_save(), pause)?;
        let full = |(alias, op): (String, OpRef)| (alias, json!(op.resolve(change)));
        let names: Map<String, Json> = aliases.into_iter().map(full).collect();
        Ok(json!({"change": change, "names": names, "checks": checks, "clock": clock.map(fault)}))
    }

    /// Starts a save in a case.
    ///
    /// # Errors
    /// Where the case is not on this phone.
    pub(super) fn editor(&self, case: CaseId) -> Result<Editor, CommandError> {
        self.owner()?
            .device
            .edit(case)?
            .ok_or_else(|| CommandError::broken(format!("case {case} is not on this phone: open, join or sync first")))
    }

    /// Saves here and now.
    ///
    /// # Errors
    /// What stops it, or an internal error.
    pub(super) fn commit(&mut self, save: Save, pause: Option<PauseAt>) -> Result<Saved, CommandError> {
        let now = self.now();
        let owner = self.owner.as_mut().ok_or_else(CommandError::not_enrolled)?;
        match pause {
            Some(PauseAt::BeforeCommit) => self.pause.arm(),
            None => self.pause.disarm(),
        }
        let saved = owner.save(save, &now);
        self.pause.disarm();
        saved
    }
}

/// An entity of a case: stored, and there.
///
/// # Errors
/// What to write instead.
pub(super) fn entity(editor: &Editor, name: &Ref) -> Result<OpId, CommandError> {
    let id = name.stored().map_err(CommandError::Broken)?;
    let there = editor.state().is_some_and(|state| state.entities.contains_key(&id));
    if there { Ok(id) } else { Err(CommandError::broken(format!("{id} is no entity of this case on this phone"))) }
}

/// After its siblings: how many entities of the kind the case has.
pub(super) fn order_after(editor: &Editor, kind: &EntityKind) -> String {
    let there = editor.state().map_or(0, |state| state.entities.values().filter(|entity| entity.kind == *kind).count());
    format!("{:04}", there + 1)
}

struct Pen {
    editor: Editor,
    aliases: Aliases,
}

impl Pen {
    fn place(&self, on: Option<&Ref>) -> Result<Option<OpRef>, String> {
        on.map(|on| on.find(&self.aliases)).transpose()
    }

    fn write(&mut self, op: Op) -> Result<(), String> {
        match op {
            Op::Add(AddOp { add, order, alias, on }) => {
                let parent = self.place(on.as_ref())?;
                // Several of one save share the key; then the order of their operations decides.
                let kind = EntityKind::from(add);
                let order = order.unwrap_or_else(|| order_after(&self.editor, &kind));
                let added = self.editor.add(parent, kind, &order);
                let Some(alias) = alias else { return Ok(()) };
                if alias.contains('.') || self.aliases.insert(alias.clone(), added).is_some() {
                    return Err(format!("the alias {alias} has a dot or is there twice"));
                }
            }
            Op::Put(PutOp { put, on, value }) => {
                let target = self.place(on.as_ref())?;
                self.editor.put(target, put, value.0);
            }
            Op::Record(RecordOp { record, on, value }) => {
                let target = self.place(on.as_ref())?;
                self.editor.record(record, target, value.map(|value| value.0));
            }
            Op::Invite(InviteOp { invite }) => {
                self.editor.invite(invite);
            }
            Op::Withdraw(WithdrawOp { withdraw, reason }) => {
                let target = withdraw.find(&self.aliases)?;
                self.editor.withdraw(target, &reason);
            }
        }
        Ok(())
    }
}
