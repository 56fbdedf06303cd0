//! The record of one object: which fields belong into it, and how.

use super::check::{relationship, unknown};
use crate::compound::compound_part;
use crate::shapes::dependent;
use crate::shapes::member::{Form, Member};
use crate::shapes::plan::{Plan, ShapeError, Use};
use crate::shapes::record_shape::{RecordShape, Tie};
use crate::shapes::wire::{WireField, WireObject};
use std::rc::Rc;

/// Gives the describe of an object.
pub type Describe<'d, E> = dyn FnMut(&str) -> Result<Rc<WireObject>, E> + 'd;

/// An object somewhere on the paths of the plan.
pub(super) struct Level<'l> {
    pub object: &'l WireObject,
    pub plan: &'l Plan<'l>,
    /// The steps that led here.
    pub at: Vec<&'l str>,
    /// The field by which children refer to the parent around them.
    pub without: Option<&'l str>,
}

impl<'l> Level<'l> {
    /// Lays out a record of this object, and what lies below it.
    pub fn record<E: From<ShapeError>>(
        &self,
        describe: &mut Describe<'_, E>,
    ) -> Result<RecordShape, E> {
        let kept = self.kept()?;
        let mut members = Vec::new();
        for field in &self.object.fields {
            let keep = kept.iter().any(|kept| kept == &field.name);
            members.extend(if keep { self.member(field) } else { None });
            members.extend(self.parent(field, keep, describe)?);
        }
        members.extend(self.children(describe)?);
        Ok(RecordShape {
            object: self.object.name.clone(),
            label: self.object.label.clone(),
            purpose: self.plan.purpose,
            required: self.required(&members),
            ties: self.ties(&members),
            members,
        })
    }

    /// The names of the fields that belong into the record.
    fn kept(&self) -> Result<Vec<String>, ShapeError> {
        let asked = self.asked()?;
        let fits = |field: &&WireField| {
            self.allows(field)
                && (asked.is_empty()
                    || asked
                        .iter()
                        .any(|name| name.eq_ignore_ascii_case(&field.name))
                    || self.must(field))
        };
        let kept = self.object.fields.iter().filter(fits);
        Ok(kept.map(|field| field.name.clone()).collect())
    }

    /// The fields of this level that the plan names.
    fn asked(&self) -> Result<Vec<&'l str>, ShapeError> {
        let mut asked = Vec::new();
        for path in self.plan.fields {
            let (before, name) = path.rsplit_once('.').unwrap_or(("", path));
            let here = before
                .split('.')
                .filter(|step| !step.is_empty())
                .map(relationship);
            let at = self.at.iter().map(|step| relationship(step));
            if !here
                .map(str::to_ascii_lowercase)
                .eq(at.map(str::to_ascii_lowercase))
            {
                continue;
            }
            let known = self.object.field(name).is_some() || self.object.parent(name).is_some();
            if !known {
                return Err(unknown(self.object, "fields", path));
            }
            asked.push(name);
        }
        Ok(asked)
    }

    /// Whether records of this purpose may have the field.
    fn allows(&self, field: &WireField) -> bool {
        if self.without.is_some_and(|without| without == field.name) {
            return false;
        }
        if self.is_key(field) {
            return !self.plan.without_key;
        }
        if is_compound(field) {
            let mut parts = self.object.parts(&field.name);
            return self.plan.purpose == Use::Query || parts.any(|part| self.writable(part));
        }
        self.writable(field)
    }

    /// Whether the field may be written for the purpose.
    pub fn writable(&self, field: &WireField) -> bool {
        match self.plan.purpose {
            Use::Create => field.createable,
            Use::Update => field.updateable,
            Use::Upsert => field.createable || field.updateable,
            Use::Query => true,
        }
    }

    /// Whether the field names the record.
    fn is_key(&self, field: &WireField) -> bool {
        let name = match self.plan.purpose {
            _ if !self.at.is_empty() => return false,
            Use::Update => "Id",
            Use::Upsert => self.plan.key.unwrap_or_default(),
            Use::Create | Use::Query => return false,
        };
        field.name.eq_ignore_ascii_case(name)
    }

    /// Whether no record of this purpose can do without the field.
    fn must(&self, field: &WireField) -> bool {
        // A record that is upserted by its own id is new where it has none.
        let by_id = self.plan.purpose == Use::Upsert && field.kind == "id";
        match self.plan.purpose {
            Use::Create => field.is_required(),
            _ => self.is_key(field) && !by_id,
        }
    }

    fn member(&self, field: &WireField) -> Option<Member> {
        let mut member = Member::from_field(self.object, field, self.plan.purpose);
        if is_compound(field) {
            let parts: Vec<Member> = self
                .object
                .parts(&field.name)
                .filter(|part| self.writable(part))
                .filter_map(|part| self.part(field, part))
                .collect();
            if parts.is_empty() {
                return None;
            }
            member.form = Form::Compound(parts);
        }
        if self.must(field) || self.is_key(field) {
            member.nullable = false;
        }
        Some(member)
    }

    /// A part of a compound field, under the name that it has in there.
    fn part(&self, compound: &WireField, part: &WireField) -> Option<Member> {
        let name = compound_part(&compound.name, &part.name)?;
        Some(Member {
            name: name.to_owned(),
            ..Member::from_field(self.object, part, self.plan.purpose)
        })
    }

    /// The groups of members of which one must be there: a reference stands for its field.
    fn required(&self, members: &[Member]) -> Vec<Vec<String>> {
        let here = |name: &str| members.iter().any(|member| member.name == name);
        let must = self.object.fields.iter().filter(|field| {
            self.must(field) && here(&field.name) && self.without != Some(&field.name)
        });
        must.map(|field| {
            let by = field.relationship_name.clone();
            let mut group = vec![field.name.clone()];
            group.extend(by.filter(|name| here(name)));
            group
        })
        .collect()
    }

    fn ties(&self, members: &[Member]) -> Vec<Tie> {
        if !self.plan.dependent || self.plan.purpose == Use::Query {
            return Vec::new();
        }
        let tie = |member: &Member| {
            let field = self.object.field(&member.name)?;
            let (controller, choices) = dependent::choices(self.object, field)?;
            Some(Tie {
                controller,
                dependent: field.name.clone(),
                several: field.kind == "multipicklist",
                choices,
            })
        };
        members.iter().filter_map(tie).collect()
    }
}

fn is_compound(field: &WireField) -> bool {
    matches!(field.kind.as_str(), "address" | "location")
}
