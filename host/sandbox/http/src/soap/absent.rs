//! Calls about features that this org is without: they respond as such an org does.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use sandbox_model::xml::Out;

/// There are no data categories.
pub(super) fn data_category_groups(
    _: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.texts("sObjectType");
    arguments.finish()?;
    Ok(Out::default())
}

/// There are no data categories.
pub(super) fn data_category_group_structures(
    _: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.many("pairs");
    arguments.flag("topCategoriesOnly")?;
    arguments.finish()?;
    Ok(Out::default())
}

/// There are no data categories.
pub(super) fn data_category_mappings(
    _: &Context<'_>,
    arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.finish()?;
    Ok(Out::default())
}

/// Knowledge is off.
pub(super) fn knowledge_settings(_: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    arguments.finish()?;
    let mut out = Out::default();
    out.element("result", "", |out| out.flag("knowledgeEnabled", false));
    Ok(out)
}

/// There are no paths.
pub(super) fn path_assistants(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    context.object(arguments.text("sObjectType")?)?;
    arguments.optional("picklistValue");
    arguments.texts("recordTypeIds");
    arguments.finish()?;
    let mut out = Out::default();
    out.element("result", "", |_| ());
    Ok(out)
}

/// There is no call center.
pub(super) fn softphone_layout(_: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    arguments.finish()?;
    let mut out = Out::default();
    out.nil("result");
    Ok(out)
}

/// Pages of Visualforce would be on the org's own host.
pub(super) fn visualforce(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.flag("includeAllDetails")?;
    arguments.optional("namespacePrefix");
    arguments.finish()?;
    let host = context.base.split("://").last().unwrap_or_default();
    let mut out = Out::default();
    out.element("result", "", |out| out.text("domain", host));
    Ok(out)
}

/// Only records of big objects are deleted by example, and there are none.
pub(super) fn delete_by_example(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let examples = arguments.many("sObjects");
    arguments.finish()?;
    let mut out = Out::default();
    for example in examples {
        let kind = example
            .child("type")
            .and_then(sandbox_model::xml::Element::value);
        let object = context.object(kind.unwrap_or_default())?;
        out.element("result", "", |out| {
            out.nil("entity");
            out.element("errors", "", |out| {
                let message = format!(
                    "entity type {} does not support delete by example",
                    object.name
                );
                out.text("message", &message);
                out.text("statusCode", "INVALID_TYPE_FOR_OPERATION");
            });
            out.number("rowCount", 0);
            out.flag("success", false);
        });
    }
    Ok(out)
}
