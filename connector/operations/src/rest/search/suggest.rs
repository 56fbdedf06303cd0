//! Suggestions while a user types: records, titles of articles, searches of others.

use crate::rest::ask::{self, Parameters};
use salesforce_client::client::Client;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::search::{
    ArticleChannel, PublishStatus, SuggestQueriesConfig, SuggestTitlesConfig, SuggestionsConfig,
};
use salesforce_contract::message::Message;

/// What all of them answer.
const SUGGESTED: Expected = Expected::Object(&["autoSuggestResults"]);

/// GET search/suggestions.
pub fn suggestions(client: &Client, config: &SuggestionsConfig) -> Result<Message, Fault> {
    if !config.group_ids.as_deref().unwrap_or_default().is_empty() && config.user_id.is_some() {
        return Err(Fault::config(
            "config.group-ids and config.user-id exclude each other: give one of them",
        ));
    }
    let parameters = Parameters::none()
        .put("q", &config.words)
        .list("sobject", &config.objects)
        .list("fields", config.fields.as_deref().unwrap_or_default())
        .list(
            "dynamicFields",
            config.dynamic_fields.as_deref().unwrap_or_default(),
        )
        .some("where", config.condition.as_ref())
        .some("limit", config.limit)
        .flag(
            "ignoreUnsupportedSObjects",
            config.ignore_unsupported_objects,
        )
        .flag("useSearchScope", config.use_search_scope)
        .some("type", config.feed_item_type.as_ref())
        .list("groupId", config.group_ids.as_deref().unwrap_or_default())
        .list(
            "networkId",
            config.network_ids.as_deref().unwrap_or_default(),
        )
        .some("topicId", config.topic_id.as_ref())
        .some("userId", config.user_id.as_ref());
    ask::get(client, "search/suggestions", parameters, SUGGESTED)
}

/// GET search/suggestTitleMatches.
pub fn suggest_titles(client: &Client, config: &SuggestTitlesConfig) -> Result<Message, Fault> {
    let status = match config.publish_status {
        Some(PublishStatus::Draft) => "Draft",
        Some(PublishStatus::Online) | None => "Online",
        Some(PublishStatus::Archived) => "Archived",
    };
    let parameters = Parameters::none()
        .put("q", &config.words)
        .put("language", &config.language)
        .put("publishStatus", status)
        .each(
            "articleTypes",
            config.article_types.as_deref().unwrap_or_default(),
        )
        .some("categories", config.categories.as_ref())
        .some("channel", config.channel.map(channel))
        .some("limit", config.limit)
        .each("topics", config.topics.as_deref().unwrap_or_default())
        .some("validationStatus", config.validation_status.as_ref());
    ask::get(client, "search/suggestTitleMatches", parameters, SUGGESTED)
}

/// GET search/suggestSearchQueries.
pub fn suggest_queries(client: &Client, config: &SuggestQueriesConfig) -> Result<Message, Fault> {
    let parameters = Parameters::none()
        .put("q", &config.words)
        .put("language", &config.language)
        .some("channel", config.channel.map(channel))
        .some("limit", config.limit);
    ask::get(client, "search/suggestSearchQueries", parameters, SUGGESTED)
}

fn channel(channel: ArticleChannel) -> &'static str {
    match channel {
        ArticleChannel::AllChannels => "AllChannels",
        ArticleChannel::App => "App",
        ArticleChannel::Pkb => "Pkb",
        ArticleChannel::Csp => "Csp",
        ArticleChannel::Prm => "Prm",
    }
}
