//! Rules of form: what a validly signed change must satisfy to have effect.
//!
//! Promise: the result depends only on the change and on its ancestors, not on values (which may be sealed), so every
//! replica gets the same result. A change that breaks a rule is kept and satisfies deps, but has no effect, so nothing
//! that builds on it is blocked.

use crate::case::graph::{Graph, Last};
use crate::change::{Change, shown_digest};
use crate::code::codes;
use crate::id::{ChangeId, DeviceId, Digest};
use crate::op::{Act, Correction, Op, OpId, OpRef, Signature, VerdictAct};
use std::cell::Cell;

codes! {
    /// The rule of form that a change breaks.
    pub enum FormBreach {
        /// Only the first operation of a change without case opens a case.
        Opening = "form_opening",
        /// A change of a case must build on at least one change of that case.
        NoDeps = "form_no_deps",
        /// An operation names another operation that its change does not build on.
        OutsideClosure = "form_outside_closure",
        /// A target is not an entity, or is missing; or a correction does not name a step.
        Target = "form_target",
        /// A replaced operation does not write the same field of the same target, or does not correct the same step.
        OtherField = "form_other_field",
        /// A required part of the operation is missing, or it has a part that it may not have.
        Shape = "form_shape",
        /// A detail cannot be read.
        Detail = "form_detail",
        /// Only the server may make this operation.
        NotTheSigners = "form_not_the_signers",
        /// The digest of a signature does not match the operations that it shows.
        ShownDigest = "form_shown_digest",
    }
}

/// Checks the change at this position of the graph.
pub(super) fn check(graph: &Graph<'_>, place: usize, change: &Change) -> Result<(), FormBreach> {
    let header = change.header();
    let opens = matches!(change.ops().first(), Some(Op { act: Act::Open(_), .. }));
    if opens != header.case.is_none() {
        return Err(FormBreach::Opening);
    }
    if header.case.is_some() == header.deps.is_empty() {
        return Err(FormBreach::NoDeps);
    }
    let (targets, others) = (Cell::new(None), Cell::new(None));
    let check = |id, op| Check { graph, place, change, id, op, targets: &targets, others: &others };
    change.named_ops().try_for_each(|(id, op)| check(id, op).run())
}

struct Check<'a> {
    graph: &'a Graph<'a>,
    place: usize,
    change: &'a Change,
    id: OpId,
    op: &'a Op,
    /// Cache: the position of the target that was named last.
    targets: &'a Cell<Last>,
    /// Cache: the position of any other operation that was named last.
    others: &'a Cell<Last>,
}

impl<'a> Check<'a> {
    fn run(&self) -> Result<(), FormBreach> {
        ensure(!matches!(self.op.act, Act::Malformed { .. }), FormBreach::Detail)?;
        if self.op.act.is_servers() && self.change.header().device != DeviceId::SERVER {
            return Err(FormBreach::NotTheSigners);
        }
        if let Some(target) = self.op.target {
            let (_, target) = self.find_near(target, self.targets)?;
            ensure(matches!(target.act, Act::Add { .. }), FormBreach::Target)?;
        }
        match &self.op.act {
            Act::Open(open) => {
                ensure(self.id.index == 0, FormBreach::Opening)?;
                ensure(open.officers.contains(&self.change.header().officer), FormBreach::Opening)?;
                self.about_the_case()?;
                self.shape(false, false, false)
            }
            Act::Invite(_) | Act::Assign(_) => {
                self.about_the_case()?;
                self.shape(false, false, false)
            }
            Act::Add { .. } | Act::Number(_) => self.shape(false, false, false),
            Act::Put => {
                self.shape(true, true, true)?;
                self.same_field()
            }
            Act::Resolve => {
                self.shape(true, true, true)?;
                ensure(self.op.replaces.len() >= 2, FormBreach::Shape)?;
                self.same_field()
            }
            Act::Withdraw => {
                ensure(self.op.target.is_some(), FormBreach::Target)?;
                self.shape(false, true, false)
            }
            Act::RecordStep { .. } | Act::Decide { .. } => {
                ensure(self.op.field.is_none() && self.op.replaces.is_empty(), FormBreach::Shape)
            }
            Act::Sign(signature) => self.signature(signature),
            Act::Verdict(verdict) => self.verdict(verdict),
            Act::Correct(correction) => self.correction(correction),
            Act::Seal(ops) => {
                self.about_the_case()?;
                ensure(self.op.field.is_none() && self.op.replaces.is_empty(), FormBreach::Shape)?;
                ops.iter().try_for_each(|op| self.find(*op).map(|_| ()))
            }
            Act::Unknown { .. } | Act::Malformed { .. } => Ok(()),
        }
    }

    /// The change with this id, if this change builds on it.
    fn below(&self, id: &ChangeId, near: &Cell<Last>) -> Option<&'a Change> {
        let mut last = near.get();
        let found = self.graph.place_near(id, &mut last);
        near.set(last);
        let place = found.filter(|place| self.graph.is_below(*place, self.place))?;
        self.graph.order().get(place).copied()
    }

    /// The operation that `reference` names, if this change builds on it.
    fn find(&self, reference: OpRef) -> Result<(OpId, &'a Op), FormBreach> {
        self.find_near(reference, self.others)
    }

    fn find_near(&self, reference: OpRef, near: &Cell<Last>) -> Result<(OpId, &'a Op), FormBreach> {
        let id = reference.resolve(self.id.change);
        let change = match reference {
            OpRef::Own(index) if index < self.id.index => self.change,
            OpRef::Own(_) => return Err(FormBreach::OutsideClosure),
            OpRef::Of(_) => self.below(&id.change, near).ok_or(FormBreach::OutsideClosure)?,
        };
        let index = usize::try_from(id.index).ok();
        let op = index.and_then(|index| change.ops().get(index)).ok_or(FormBreach::OutsideClosure)?;
        Ok((id, op))
    }

    fn verdict(&self, verdict: &VerdictAct) -> Result<(), FormBreach> {
        self.about_the_case()?;
        ensure(self.op.field.is_none(), FormBreach::Shape)?;
        ensure(self.below(&verdict.change, self.others).is_some(), FormBreach::OutsideClosure)?;
        self.op.replaces.iter().try_for_each(|replaced| {
            let (_, replaced) = self.find(*replaced)?;
            let same = matches!(&replaced.act, Act::Verdict(other) if other.change == verdict.change);
            ensure(same, FormBreach::OtherField)
        })
    }

    fn correction(&self, correction: &Correction) -> Result<(), FormBreach> {
        self.shape(false, true, true)?;
        let (step, recorded) = self.find(correction.step)?;
        ensure(matches!(recorded.act, Act::RecordStep { .. }), FormBreach::Target)?;
        self.op.replaces.iter().try_for_each(|replaced| {
            let (id, replaced) = self.find(*replaced)?;
            let same = matches!(&replaced.act, Act::Correct(other) if other.step.resolve(id.change) == step);
            ensure(same, FormBreach::OtherField)
        })
    }

    fn about_the_case(&self) -> Result<(), FormBreach> {
        ensure(self.op.target.is_none(), FormBreach::Target)
    }

    fn shape(&self, field: bool, value: bool, may_replace: bool) -> Result<(), FormBreach> {
        let op = self.op;
        let fits = op.field.is_some() == field && op.commit.is_some() == value;
        ensure(fits && (may_replace || op.replaces.is_empty()), FormBreach::Shape)
    }

    fn same_field(&self) -> Result<(), FormBreach> {
        let target = self.op.target.map(|target| target.resolve(self.id.change));
        self.op.replaces.iter().try_for_each(|reference| {
            let (id, replaced) = self.find(*reference)?;
            let writes = matches!(replaced.act, Act::Put | Act::Resolve);
            let same = replaced.field == self.op.field && replaced.target.map(|t| t.resolve(id.change)) == target;
            ensure(writes && same, FormBreach::OtherField)
        })
    }

    fn signature(&self, signature: &Signature) -> Result<(), FormBreach> {
        ensure(self.op.target.is_some(), FormBreach::Target)?;
        ensure(self.op.field.is_none() && self.op.replaces.is_empty(), FormBreach::Shape)?;
        let shown: Vec<(OpId, Option<Digest>)> = signature
            .shown
            .iter()
            .map(|reference| self.find(*reference).map(|(id, op)| (id, op.commit)))
            .collect::<Result<_, _>>()?;
        let digest = shown_digest(shown.iter().map(|(id, commit)| (id, *commit)));
        ensure(digest == signature.digest, FormBreach::ShownDigest)
    }
}

fn ensure(holds: bool, breach: FormBreach) -> Result<(), FormBreach> {
    if holds { Ok(()) } else { Err(breach) }
}
