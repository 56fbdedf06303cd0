//! One field of an object.

/// The type of a field, finer than describe's: what Salesforce distinguishes by extra flags has its own case here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// The record's own id, 18 characters.
    Id,
    /// One line of text.
    String,
    /// Several lines of text, at most 255 characters; can be filtered and sorted.
    TextArea,
    /// Several lines of text, up to 131,072 characters; can be neither filtered nor sorted.
    LongTextArea,
    /// Rich text; otherwise as [`FieldType::LongTextArea`].
    Html,
    /// True or false, never null.
    Boolean,
    /// A whole number of 32 bits.
    Int,
    /// A number with `precision` digits, `scale` of them after the point.
    Double,
    /// As [`FieldType::Double`], an amount of money.
    Currency,
    /// As [`FieldType::Double`], 12.5 means 12.5 %.
    Percent,
    /// A calendar day without zone.
    Date,
    /// An instant, kept in UTC.
    DateTime,
    /// A time of day without zone.
    Time,
    /// An e-mail address.
    Email,
    /// A telephone number, any text.
    Phone,
    /// A link, any text.
    Url,
    /// One of a list of values.
    Picklist {
        /// Whether values outside the list are rejected.
        restricted: bool,
    },
    /// Several of a list of values, joined by `;`.
    MultiPicklist {
        /// Whether values outside the list are rejected.
        restricted: bool,
    },
    /// A list of suggestions; any text is accepted.
    Combobox,
    /// The id of a record of another object.
    Reference(Reference),
    /// A file's content.
    Base64,
    /// A compound address, assembled on reading from the fields that name it in
    /// [`Field::compound_field_name`]; has no column.
    Address,
    /// A value of any other type.
    AnyType,
    /// Text shown masked.
    EncryptedString,
    /// A number given by the org, formatted by the pattern, for example `SHP-{00000}`.
    AutoNumber {
        /// Text with one group of zeros in braces: the place and the least width of the number.
        format: String,
    },
}

/// Where a reference field points, and the names of the way there and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// API names of the objects that may be referred to; more than one makes the field polymorphic.
    pub to: Vec<String>,
    /// Name of the way to the parent in SOQL and nested JSON: `Account`, `Who`, `Account__r`.
    pub relationship_name: Option<String>,
    /// Name of the way from the parent to its children: `Contacts`, `Shipments__r`. Without one there is no such way.
    pub child_relationship_name: Option<String>,
    /// Objects that have children by it: all that it refers to, but for views.
    pub child_relationship_of: Vec<String>,
    /// What deleting the parent does.
    pub on_delete: OnDelete,
}

impl Reference {
    /// Returns whether records of several objects may be referred to.
    #[must_use]
    pub fn is_polymorphic(&self) -> bool {
        self.to.len() > 1
    }
}

/// What deleting a parent does to the records that refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDelete {
    /// The reference becomes null.
    #[default]
    SetNull,
    /// The parent cannot be deleted (`DELETE_FAILED`).
    Restrict,
    /// The children are deleted too, as with master-detail.
    Cascade,
}

/// One value of a pick-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PicklistValue {
    /// What is stored.
    pub value: String,
    /// What `toLabel()` shows.
    pub label: String,
    /// Inactive values stay valid in old records and are rejected in new ones where the list is restricted.
    pub active: bool,
    /// Taken by new records that give no value.
    pub default_value: bool,
}

/// One field of an object, named and flagged as in Salesforce's describe.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of Salesforce's describe, one by one"
)]
pub struct Field {
    /// API name, `Tracking_Number__c`.
    pub name: String,
    /// What people see.
    pub label: String,
    /// The type, with what belongs to it alone.
    pub field_type: FieldType,
    /// Longest text in characters; 0 where it means nothing.
    pub length: u32,
    /// Digits in all, for numbers.
    pub precision: u32,
    /// Digits after the point, for numbers.
    pub scale: u32,
    /// Most digits, for [`FieldType::Int`].
    pub digits: u32,
    /// Whether null is a value.
    pub nillable: bool,
    /// Whether a create may set it.
    pub createable: bool,
    /// Whether an update may set it.
    pub updateable: bool,
    /// Whether two records may not have the same value.
    pub unique: bool,
    /// Whether comparing minds the case.
    pub case_sensitive: bool,
    /// Whether it can be the key of an upsert.
    pub external_id: bool,
    /// Whether a record can be found by it in upserts.
    pub id_lookup: bool,
    /// Whether it names the record.
    pub name_field: bool,
    /// Whether it was added by the org's owner (`__c`).
    pub custom: bool,
    /// What a create takes when nothing is given.
    pub default_value: Option<serde_json::Value>,
    /// Whether a create fills it when nothing is given.
    pub defaulted_on_create: bool,
    /// Whether it is computed, hence never written.
    pub calculated: bool,
    /// Values of a pick-list or combobox.
    pub picklist: Vec<PicklistValue>,
    /// Whether a WHERE may use it.
    pub filterable: bool,
    /// Whether an ORDER BY may use it.
    pub sortable: bool,
    /// Whether a GROUP BY may use it.
    pub groupable: bool,
    /// Whether MIN, MAX, COUNT and their like may use it.
    pub aggregatable: bool,
    /// Name of the compound field this one is a part of: `BillingAddress` for `BillingCity`, `Name` for `LastName`.
    pub compound_field_name: Option<String>,
    /// Help text of the field.
    pub inline_help_text: Option<String>,
}

impl Field {
    /// Returns the reference, if the field is one.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        match &self.field_type {
            FieldType::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// Returns whether the field has no column of its own because it is assembled from others on reading.
    #[must_use]
    pub fn is_compound(&self) -> bool {
        self.field_type == FieldType::Address
    }

    /// Returns whether a create without this field is rejected.
    #[must_use]
    pub fn is_required(&self) -> bool {
        !self.nillable && self.createable && !self.defaulted_on_create
    }

    /// Returns whether values outside the pick-list are rejected.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        matches!(
            self.field_type,
            FieldType::Picklist { restricted: true }
                | FieldType::MultiPicklist { restricted: true }
        )
    }
}

impl FieldType {
    /// Describe's name of the type: `textarea` for the three kinds of long text, `string` for auto-numbers.
    #[must_use]
    pub fn describe_name(&self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::String | Self::AutoNumber { .. } => "string",
            Self::TextArea | Self::LongTextArea | Self::Html => "textarea",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Double => "double",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Time => "time",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Picklist { .. } => "picklist",
            Self::MultiPicklist { .. } => "multipicklist",
            Self::Combobox => "combobox",
            Self::Reference(_) => "reference",
            Self::Base64 => "base64",
            Self::Address => "address",
            Self::AnyType => "anyType",
            Self::EncryptedString => "encryptedstring",
        }
    }

    /// Returns whether values are texts (as against numbers, dates, booleans, files and compounds).
    #[must_use]
    pub fn is_text(&self) -> bool {
        !matches!(
            self,
            Self::Boolean
                | Self::Int
                | Self::Double
                | Self::Currency
                | Self::Percent
                | Self::Date
                | Self::DateTime
                | Self::Time
                | Self::Base64
                | Self::Address
        )
    }

    /// Returns whether values are numbers with `precision` and `scale`.
    #[must_use]
    pub fn is_decimal(&self) -> bool {
        matches!(self, Self::Double | Self::Currency | Self::Percent)
    }
}
