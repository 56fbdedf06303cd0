//! From the describe of an object to the shape of its records.

use super::dependent::{self, Choice};
use super::member::{Form, Member};
use super::plan::{Plan, ShapeError, Use};
use super::wire::{WireField, WireObject};
use crate::catalog::nearest;
use crate::typing::compound_part;
use std::rc::Rc;

/// What a record looks like.
#[derive(Clone, Debug)]
pub struct RecordShape {
    /// The sObject.
    pub object: String,
    /// Its name for people.
    pub label: String,
    /// What the record is for.
    pub purpose: Use,
    /// The fields and relationships, in the org's order.
    pub members: Vec<Member>,
    /// Of each of these groups of members, one must be there.
    pub required: Vec<Vec<String>>,
    /// Pick-lists that are tied to other fields.
    pub ties: Vec<Tie>,
}

/// A pick-list whose values are tied to a controlling field.
#[derive(Clone, Debug)]
pub struct Tie {
    /// The controlling field.
    pub controller: String,
    /// The dependent field.
    pub dependent: String,
    /// Whether it may have several values.
    pub several: bool,
    /// What goes with what.
    pub choices: Vec<Choice>,
}

/// Gives the describe of an object.
pub type Describe<'d, E> = dyn FnMut(&str) -> Result<Rc<WireObject>, E> + 'd;

/// Lays out the records of an object.
pub fn lay_out<E: From<ShapeError>>(
    describe: &mut Describe<'_, E>,
    object: &str,
    plan: &Plan<'_>,
) -> Result<RecordShape, E> {
    let object = describe(object)?;
    check_key(&object, plan)?;
    check_fields(plan)?;
    let top = Level {
        object: &object,
        plan,
        at: Vec::new(),
        without: None,
    };
    top.record(describe)
}

/// The key is named for upserts alone, and finds records.
fn check_key(object: &WireObject, plan: &Plan<'_>) -> Result<(), ShapeError> {
    let (key, purpose) = (plan.key, plan.purpose);
    let name = match (key, purpose) {
        (None, Use::Upsert) => return Err(ShapeError(key_wanted(object))),
        (None, _) => return Ok(()),
        (Some(_), Use::Create | Use::Update | Use::Query) => {
            return Err(ShapeError(
                "config.external-id-field goes with the shape `upsert` only".into(),
            ));
        }
        (Some(name), Use::Upsert) => name,
    };
    match object.field(name) {
        Some(field) if field.finds() || field.kind == "id" => Ok(()),
        Some(_) => Err(ShapeError(format!(
            "config.external-id-field is `{name}`, which is no external id: {}",
            key_wanted(object)
        ))),
        None => Err(unknown(object, "external-id-field", name)),
    }
}

/// Fields of other objects need a path that leads to those.
fn check_fields(plan: &Plan<'_>) -> Result<(), ShapeError> {
    let leads = |before: &str| {
        plan.relationships.iter().any(|path| {
            let mut steps = path.iter().map(|step| relationship(step));
            before.split('.').map(relationship).all(|step| {
                steps
                    .next()
                    .is_some_and(|known| known.eq_ignore_ascii_case(step))
            })
        })
    };
    let nested = plan
        .fields
        .iter()
        .filter_map(|field| field.rsplit_once('.'));
    match nested
        .map(|(before, _)| before)
        .find(|before| !leads(before))
    {
        Some(before) => Err(ShapeError(format!(
            "config.fields has a field of `{before}`: list `{before}` in config.relationships, too"
        ))),
        None => Ok(()),
    }
}

fn key_wanted(object: &WireObject) -> String {
    let names = object.fields.iter().filter(|field| field.finds());
    let names: Vec<&str> = names.map(|field| field.name.as_str()).collect();
    format!(
        "config.external-id-field must name the field that tells records of {} apart; it has {}",
        object.name,
        if names.is_empty() {
            "only `Id`".to_owned()
        } else {
            names.join(", ")
        }
    )
}

fn unknown(object: &WireObject, member: &str, name: &str) -> ShapeError {
    let (_, last) = name.rsplit_once('.').unwrap_or(("", name));
    let near = nearest(last, object.fields.iter().map(|field| field.name.as_str()));
    let hint = near.map(|near| format!("; did you mean `{near}`?"));
    ShapeError(format!(
        "config.{member} has `{name}`, which is no field of {} that the user may see{}",
        object.name,
        hint.unwrap_or_default()
    ))
}

/// An object somewhere on the paths of the plan.
struct Level<'l> {
    object: &'l WireObject,
    plan: &'l Plan<'l>,
    /// The steps that led here.
    at: Vec<&'l str>,
    /// The field by which children refer to the parent around them.
    without: Option<&'l str>,
}

impl<'l> Level<'l> {
    fn record<E: From<ShapeError>>(
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

    fn writable(&self, field: &WireField) -> bool {
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
        let mut member = Member::of(self.object, field, self.plan.purpose);
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
            ..Member::of(self.object, part, self.plan.purpose)
        })
    }

    /// The parent that a reference field leads to.
    fn parent<E: From<ShapeError>>(
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

    fn children<E: From<ShapeError>>(
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

/// The relationship of a step: `Owner` of `User:Owner`.
fn relationship(step: &str) -> &str {
    step.split_once(':').map_or(step, |(_, name)| name)
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
        ..Member::of(object, field, Use::Update)
    });
    finders.collect()
}
