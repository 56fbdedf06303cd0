//! The members of describe results in the order of the partner WSDL, with the version each came with.

pub(super) mod actions;
pub(super) mod lists;
pub(super) mod menus;
pub(super) mod pages;

/// How a member is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Text, number or boolean; left out where there is none.
    Plain,
    /// The same; nil where there is none.
    Nillable,
    /// The same; this text where there is none, for what the WSDL asks for.
    Or(&'static str),
    /// A value with its own `xsi:type`.
    Typed,
    /// An element for each entry of a list, or the one for an object.
    Each(&'static [Member]),
}

/// One element of a complex type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub name: &'static str,
    pub kind: Kind,
    /// The first version whose WSDL has it.
    pub since: u16,
}

const fn plain(name: &'static str) -> Member {
    member(name, Kind::Plain)
}

const fn nillable(name: &'static str) -> Member {
    member(name, Kind::Nillable)
}

const fn text(name: &'static str) -> Member {
    member(name, Kind::Or(""))
}

const fn flag(name: &'static str) -> Member {
    member(name, Kind::Or("false"))
}

const fn count(name: &'static str) -> Member {
    member(name, Kind::Or("0"))
}

const fn member(name: &'static str, kind: Kind) -> Member {
    let since = 0;
    Member { name, kind, since }
}

impl Member {
    /// Returns a list, or an object, of members.
    pub(super) const fn list(name: &'static str, members: &'static [Self]) -> Self {
        member(name, Kind::Each(members))
    }

    const fn since(self, since: u16) -> Self {
        Self { since, ..self }
    }
}

/// `DescribeGlobalResult`
pub(super) const GLOBAL: &[Member] = &[
    nillable("encoding"),
    plain("maxBatchSize"),
    member("sobjects", Kind::Each(BRIEF)),
];

/// `DescribeGlobalSObjectResult`
const BRIEF: &[Member] = &[
    plain("activateable"),
    nillable("associateEntityType").since(50),
    nillable("associateParentEntity").since(50),
    plain("createable"),
    plain("custom"),
    plain("customSetting"),
    plain("deepCloneable").since(47),
    plain("deletable"),
    plain("deprecatedAndHidden"),
    plain("feedEnabled"),
    plain("hasSubtypes").since(38),
    plain("idEnabled").since(35),
    plain("isInterface").since(47),
    plain("isSubtype").since(39),
    nillable("keyPrefix"),
    plain("label"),
    plain("labelPlural"),
    plain("layoutable"),
    plain("mergeable"),
    plain("mruEnabled").since(37),
    plain("name"),
    plain("queryable"),
    plain("replicateable"),
    plain("retrieveable"),
    plain("searchable"),
    plain("triggerable"),
    plain("undeletable"),
    plain("updateable"),
];

/// `DescribeSObjectResult`
pub(super) const OBJECT: &[Member] = &[
    plain("activateable"),
    nillable("associateEntityType").since(50),
    nillable("associateParentEntity").since(50),
    member("childRelationships", Kind::Each(CHILD)),
    plain("compactLayoutable"),
    plain("createable"),
    plain("custom"),
    plain("customSetting"),
    plain("deepCloneable").since(47),
    nillable("defaultImplementation").since(47),
    plain("deletable"),
    plain("deprecatedAndHidden"),
    plain("feedEnabled"),
    member("fields", Kind::Each(FIELD)),
    plain("hasSubtypes").since(38),
    plain("idEnabled").since(35),
    nillable("implementedBy").since(47),
    nillable("implementsInterfaces").since(47),
    plain("isInterface").since(47),
    plain("isSubtype").since(39),
    nillable("keyPrefix"),
    plain("label"),
    plain("labelPlural"),
    plain("layoutable"),
    plain("mergeable"),
    plain("mruEnabled").since(35),
    plain("name"),
    nillable("networkScopeFieldName").since(36),
    plain("queryable"),
    member("recordTypeInfos", Kind::Each(RECORD_TYPE)),
    plain("replicateable"),
    plain("retrieveable"),
    plain("searchLayoutable"),
    plain("searchable"),
    member("supportedScopes", Kind::Each(SCOPE)).since(35),
    plain("triggerable"),
    plain("undeletable"),
    plain("updateable"),
    nillable("urlDetail"),
    nillable("urlEdit"),
    nillable("urlNew"),
];

/// `ChildRelationship`
const CHILD: &[Member] = &[
    plain("cascadeDelete"),
    plain("childSObject"),
    plain("deprecatedAndHidden"),
    plain("field"),
    plain("junctionIdListNames").since(37),
    plain("junctionReferenceTo").since(33),
    plain("relationshipName"),
    plain("restrictedDelete"),
];

/// `RecordTypeInfo`
const RECORD_TYPE: &[Member] = &[
    plain("active").since(41),
    plain("available"),
    plain("defaultRecordTypeMapping"),
    plain("developerName").since(43),
    plain("master").since(35),
    plain("name"),
    nillable("recordTypeId"),
];

/// `ScopeInfo`
const SCOPE: &[Member] = &[plain("label"), plain("name")];

/// `Field`
const FIELD: &[Member] = &[
    plain("aggregatable").since(36),
    plain("aiPredictionField").since(43),
    plain("autoNumber"),
    plain("byteLength"),
    plain("calculated"),
    plain("calculatedFormula"),
    plain("cascadeDelete"),
    plain("caseSensitive"),
    plain("compoundFieldName").since(38),
    plain("controllerName"),
    plain("createable"),
    plain("custom"),
    member("defaultValue", Kind::Typed).since(36),
    plain("defaultValueFormula"),
    plain("defaultedOnCreate"),
    plain("dependentPicklist"),
    plain("deprecatedAndHidden"),
    plain("digits"),
    plain("displayLocationInDecimal"),
    plain("encrypted").since(34),
    plain("externalId"),
    plain("extraTypeInfo"),
    plain("filterable"),
    plain("formulaTreatNullNumberAsZero").since(43),
    plain("groupable"),
    plain("highScaleNumber").since(33),
    plain("htmlFormatted"),
    plain("idLookup"),
    plain("inlineHelpText"),
    plain("label"),
    plain("length"),
    plain("mask"),
    plain("maskType"),
    plain("name"),
    plain("nameField"),
    plain("namePointing"),
    plain("nillable"),
    plain("permissionable"),
    member("picklistValues", Kind::Each(PICKLIST_ENTRY)),
    plain("polymorphicForeignKey").since(40),
    plain("precision"),
    plain("queryByDistance"),
    plain("referenceTargetField").since(32),
    plain("referenceTo"),
    plain("relationshipName"),
    plain("relationshipOrder"),
    plain("restrictedDelete"),
    plain("restrictedPicklist"),
    plain("scale"),
    plain("searchPrefilterable").since(40),
    plain("soapType"),
    plain("sortable"),
    plain("type"),
    plain("unique"),
    plain("updateable"),
    plain("writeRequiresMasterRead"),
];

/// `PicklistEntry`
const PICKLIST_ENTRY: &[Member] = &[
    plain("active"),
    plain("defaultValue"),
    nillable("label"),
    plain("validFor"),
    plain("value"),
];
