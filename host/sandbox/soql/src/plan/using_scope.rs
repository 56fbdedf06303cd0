//! USING SCOPE: which records of an object are asked for.

use sandbox_model::schema::ScopeKind;

use super::super::error::Result;
use super::scope::Scope;

impl Scope<'_> {
    /// Returns the filter of a scope; `None` for all records.
    pub(super) fn using_scope(&self, name: &str, at: usize) -> Result<Option<String>> {
        let scopes = self.object.scopes();
        let scope = scopes
            .iter()
            .find(|scope| scope.name.eq_ignore_ascii_case(name));
        let Some(scope) = scope else {
            let message = format!(
                "Filter scope '{name}' is not supported for sObject type '{}'",
                self.object.name
            );
            return Err(self.reject(at, message));
        };
        let root = self.root();
        let user = || self.context.binder.one(self.context.options.user.clone());
        Ok(match scope.kind {
            ScopeKind::Everything => None,
            ScopeKind::Mine { field } => Some(format!("{root}.\"{field}\" = {}", user())),
            ScopeKind::Delegated => {
                let (maker, owner) = (user(), user());
                Some(format!(
                    "({root}.\"CreatedById\" = {maker} AND {root}.\"OwnerId\" IS NOT {owner})"
                ))
            }
            ScopeKind::OwnedBy { prefix } => {
                let prefix = self.context.binder.one(prefix.to_owned());
                Some(format!("substr({root}.\"OwnerId\", 1, 3) = {prefix}"))
            }
            ScopeKind::Nobodys => Some("0".to_owned()),
        })
    }
}
