//! `search()`: SOSL.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::rows::Rows;
use sandbox_core::org::random_token;
use sandbox_core::sosl::{self, Hits};
use sandbox_model::xml::Out;
use sandbox_soql::Options;

/// Characters of the id that a search is known by.
const QUERY_ID: usize = 12;

/// Finds records by a SOSL search.
pub(super) fn search(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let statement = arguments.text("searchString")?;
    arguments.finish()?;
    let org = context.org;
    let search = sosl::parse(statement)?;
    let options = Options::new(context.user.as_str(), org.clock().now());
    let found = org.store().read(|connection| {
        let format = Rows {
            connection,
            files: org.files(),
            tag: "record",
        };
        search.run(org.schema(), connection, &options, &format)
    })?;
    let mut out = Out::default();
    out.element("result", "", |out| {
        if context.version >= 32 {
            out.text("queryId", &random_token(QUERY_ID));
        }
        for record in found.iter().flat_map(|hits| &hits.records) {
            out.element("searchRecords", "", |out| out.raw(record));
        }
        if search.labels && context.version >= 37 {
            out.element("searchResultsMetadata", "", |out| labels(out, &found));
        }
    });
    Ok(out)
}

/// `WITH METADATA = 'LABELS'`
fn labels(out: &mut Out, found: &[Hits<'_>]) {
    for hits in found {
        out.element("entityLabelMetadata", "", |out| {
            for (name, label) in &hits.fields {
                out.element("entityFieldLabels", "", |out| {
                    out.text("name", name);
                    out.text("value", label);
                });
            }
            out.text("entityName", &hits.object.name);
        });
    }
}
