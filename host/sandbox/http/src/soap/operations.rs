//! The calls of the API by name.

use super::arguments::Arguments;
use super::fault::Fault;
use super::namespaces::Namespaces;
use super::{
    Context, absent, actions, describe, duplicates, email, lists, merge, pages, process, query,
    remove, replication, retrieve, save, search, users,
};
use sandbox_model::xml::Out;

/// Does a call, and gives what stands in its response element.
pub(super) type Operation = fn(&Context<'_>, Arguments<'_>) -> Result<Out, Fault>;

/// Calls of both APIs: they have nothing to do with the org's objects.
const SHARED: &[(&str, Operation)] = &[
    ("changeOwnPassword", users::change_own_password),
    ("getServerTimestamp", replication::get_server_timestamp),
    ("getUserInfo", users::get_user_info),
    ("invalidateSessions", users::invalidate_sessions),
    ("logout", users::logout),
    ("resetPassword", users::reset_password),
    ("setPassword", users::set_password),
];

/// Calls of the partner API.
const PARTNER: &[(&str, Operation)] = &[
    ("convertLead", merge::convert_lead),
    ("create", save::create),
    ("delete", remove::delete),
    ("deleteByExample", absent::delete_by_example),
    ("describeAllTabs", pages::describe_all_tabs),
    ("describeAppMenu", pages::describe_app_menu),
    ("describeApprovalLayout", pages::describe_approval_layout),
    ("describeAvailableQuickActions", actions::describe_available),
    ("describeCompactLayouts", pages::describe_compact_layouts),
    (
        "describeDataCategoryGroupStructures",
        absent::data_category_group_structures,
    ),
    ("describeDataCategoryGroups", absent::data_category_groups),
    (
        "describeDataCategoryMappings",
        absent::data_category_mappings,
    ),
    ("describeGlobal", describe::describe_global),
    ("describeGlobalTheme", pages::describe_global_theme),
    ("describeKnowledgeSettings", absent::knowledge_settings),
    ("describeLayout", pages::describe_layout),
    ("describeNouns", lists::describe_nouns),
    ("describePathAssistants", absent::path_assistants),
    (
        "describePrimaryCompactLayouts",
        pages::describe_primary_compact_layouts,
    ),
    ("describeQuickActions", actions::describe),
    (
        "describeQuickActionsForRecordType",
        actions::describe_for_record_type,
    ),
    ("describeSObject", describe::describe_object),
    (
        "describeSObjectListViews",
        lists::describe_object_list_views,
    ),
    ("describeSObjects", describe::describe_objects),
    ("describeSearchLayouts", lists::describe_search_layouts),
    (
        "describeSearchScopeOrder",
        lists::describe_search_scope_order,
    ),
    (
        "describeSearchableEntities",
        lists::describe_searchable_entities,
    ),
    ("describeSoftphoneLayout", absent::softphone_layout),
    ("describeSoqlListViews", lists::describe_soql_list_views),
    ("describeTabs", pages::describe_tabs),
    ("describeTheme", pages::describe_theme),
    ("describeVisualForce", absent::visualforce),
    ("emptyRecycleBin", remove::empty_recycle_bin),
    ("executeListView", lists::execute_list_view),
    ("findDuplicates", duplicates::find),
    ("findDuplicatesByIds", duplicates::find_by_ids),
    ("getDeleted", replication::get_deleted),
    ("getUpdated", replication::get_updated),
    ("merge", merge::merge),
    ("performQuickActions", actions::perform),
    ("process", process::process),
    ("query", query::query),
    ("queryAll", query::query_all),
    ("queryMore", query::query_more),
    ("renderEmailTemplate", email::render_email_template),
    (
        "renderStoredEmailTemplate",
        email::render_stored_email_template,
    ),
    ("retrieve", retrieve::retrieve),
    (
        "retrieveMassQuickActionTemplates",
        actions::retrieve_mass_templates,
    ),
    ("retrieveQuickActionTemplates", actions::retrieve_templates),
    ("search", search::search),
    ("sendEmail", email::send_email),
    ("sendEmailMessage", email::send_email_message),
    ("undelete", remove::undelete),
    ("update", save::update),
    ("upsert", save::upsert),
];

/// Returns whether both APIs of Salesforce have a call of this name, this org's enterprise API but not.
pub(super) fn is_missing(name: &str, namespaces: &Namespaces) -> bool {
    namespaces.letter != "u" && PARTNER.iter().any(|(known, _)| *known == name)
}

/// Returns the call of this name, if the API has it.
pub(super) fn find(name: &str, namespaces: &Namespaces) -> Option<Operation> {
    let partner = if namespaces.letter == "u" {
        PARTNER
    } else {
        &[]
    };
    let mut all = SHARED.iter().chain(partner);
    all.find(|(known, _)| *known == name)
        .map(|(_, operation)| *operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The operations of the partner WSDL (58.0; those of 47.0 are the same), which a test with the feature `wsdl` compares with the
    /// WSDL itself.
    const OPERATIONS: &str = include_str!("partner_operations.txt");

    #[test]
    fn the_calls_are_those_of_the_partner_wsdl() {
        let all = SHARED.iter().chain(PARTNER).map(|(name, _)| *name);
        let mut known: Vec<&str> = all.chain(["login"]).collect();
        known.sort_unstable();
        assert_eq!(known, OPERATIONS.lines().collect::<Vec<_>>());
    }
}
