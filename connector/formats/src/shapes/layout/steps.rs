//! The steps from one object to others: parents, references and children.

use super::check::relationship;
use super::level::{Describe, Level};
use crate::shapes::member::{Form, Member};
use crate::shapes::plan::{ShapeError, Use};
use crate::shapes::wire::{WireField, WireObject};
use salesforce_contract::catalog::nearest;

impl<'l> Level<'l> {
    /// The parent that a reference field leads to.
    pub fn parent<E: From<ShapeError>>(
        &self,
        field: &WireField,
        kept: bool,
        describe: &mut Describe<'_, E>,
    ) -> Result<Option<Member>, E> {
        let Some(name) = field.relationship_name.as_deref() else {
            return Ok(None);
        };
        let step = self.step(name);
        let reads = self.plan.purpose == Use::Query;
        let wanted = step.is_some() || (kept && !reads);
        if !wanted || (!reads && !self.writable(field)) || self.without == Some(&field.name) {
            return Ok(None);
        }
        let form = match step {
            Some(step) if reads => {
                let target = describe(target(field, step)?)?;
                Form::Record(Box::new(self.below(step, &target, None).record(describe)?))
            }
            Some(step) => {
                let target = describe(target(field, step)?)?;
                Form::Reference {
                    to: vec![target.name.clone()],
                    by: finders(&target),
                }
            }
            None => Form::Reference {
                to: field.reference_to.clone(),
                by: Vec::new(),
            },
        };
        let mut member = Member {
            // A parent that the user may not see is null, too.
            nullable: field.nillable || reads,
            label: field.label.clone(),
            ..Member::plain(name, form)
        };
        member
            .facts
            .insert("referenceTo".into(), field.reference_to.clone().into());
        Ok(Some(member))
    }

    /// The child records that the plan asks for.
    pub fn children<E: From<ShapeError>>(
        &self,
        describe: &mut Describe<'_, E>,
    ) -> Result<Vec<Member>, E> {
        let mut members = Vec::new();
        for step in self.steps() {
            if self.object.parent(relationship(step)).is_some() {
                continue;
            }
            let Some(child) = self.object.child(relationship(step)) else {
                return Err(self.no_relationship(step).into());
            };
            if matches!(self.plan.purpose, Use::Update | Use::Upsert) {
                return Err(ShapeError(format!(
                    "config.relationships has `{step}`, which leads to child records: only the shapes `create` and `query` have those"
                ))
                .into());
            }
            let reads = self.plan.purpose == Use::Query;
            let target = describe(&child.child_sobject)?;
            let without = (!reads).then_some(child.field.as_str());
            let record = self.below(step, &target, without).record(describe)?;
            let name = child.relationship_name.as_deref().unwrap_or(step);
            let mut member = Member::plain(name, Form::Records(Box::new(record)));
            member.nullable = reads;
            members.push(member);
        }
        Ok(members)
    }

    fn below<'b>(
        &'b self,
        step: &'b str,
        object: &'b WireObject,
        without: Option<&'b str>,
    ) -> Level<'b> {
        let mut at: Vec<&'b str> = self.at.clone();
        at.push(step);
        Level {
            object,
            plan: self.plan,
            at,
            without,
        }
    }

    /// The steps that paths of the plan take from here, each once.
    fn steps(&self) -> Vec<&'l str> {
        let mut steps: Vec<&str> = Vec::new();
        for path in &self.plan.relationships {
            let next = path.get(self.at.len()).copied();
            let here = path.get(..self.at.len()).is_some_and(|before| {
                let same = |(one, other): (&&str, &&str)| one.eq_ignore_ascii_case(other);
                before.iter().zip(&self.at).all(same)
            });
            if let (true, Some(next)) = (here, next)
                && !steps.iter().any(|step| step.eq_ignore_ascii_case(next))
            {
                steps.push(next);
            }
        }
        steps
    }

    fn step(&self, name: &str) -> Option<&'l str> {
        let steps = self.steps();
        let mut steps = steps.into_iter();
        steps.find(|step| relationship(step).eq_ignore_ascii_case(name))
    }

    fn no_relationship(&self, step: &str) -> ShapeError {
        let parents = self.object.fields.iter();
        let children = self.object.child_relationships.iter();
        let names = parents
            .filter_map(|field| field.relationship_name.as_deref())
            .chain(children.filter_map(|child| child.relationship_name.as_deref()));
        let hint =
            nearest(relationship(step), names).map(|near| format!("; did you mean `{near}`?"));
        ShapeError(format!(
            "config.relationships has `{step}`, which is no relationship of {}{}",
            self.object.name,
            hint.unwrap_or_default()
        ))
    }
}

/// The object that a step to a parent leads to.
fn target<'f>(field: &'f WireField, step: &'f str) -> Result<&'f str, ShapeError> {
    let told = step.split_once(':').map(|(object, _)| object);
    match (told, field.reference_to.as_slice()) {
        (None, [only]) => Ok(only),
        (Some(told), several) => several
            .iter()
            .find(|object| object.eq_ignore_ascii_case(told))
            .map(String::as_str)
            .ok_or_else(|| {
                ShapeError(format!(
                    "config.relationships has `{step}`, but {} refers to {}",
                    field.name,
                    several.join(", ")
                ))
            }),
        (None, several) => Err(ShapeError(format!(
            "config.relationships has `{step}`, which may lead to several objects: name one of {}, as in `{}:{step}`",
            several.join(", "),
            several.first().map_or("Type", String::as_str)
        ))),
    }
}

/// The fields by which a reference may find a record of the object.
fn finders(object: &WireObject) -> Vec<Member> {
    let fields = object
        .fields
        .iter()
        .filter(|field| field.finds() && field.kind != "id");
    let finders = fields.map(|field| Member {
        nullable: false,
        default: None,
        ..Member::from_field(object, field, Use::Update)
    });
    finders.collect()
}
