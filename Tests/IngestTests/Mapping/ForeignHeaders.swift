/// Headers of shops and stock systems, as their public documentation names the columns of exports and imports; the values are ours.
/// `expected` is what a person would map: our column = theirs. A column that two of ours can come from may stand twice.
struct ForeignHeader: Sendable, CustomStringConvertible {
    let system: String
    let columns: [String]
    let row: [String]
    let expected: [String: String]

    var description: String { system }

    private init(_ system: String, _ header: String, _ row: String, _ expected: String) {
        self.system = system
        columns = header.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        self.row = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        self.expected = Dictionary(
            uniqueKeysWithValues: expected.split(separator: ";").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1)
                return (String(parts[0]), String(parts[1]))
            })
    }

    static let all: [ForeignHeader] = [
        .init(
            "Shopify",
            "Handle|Title|Body (HTML)|Vendor|Product Category|Type|Tags|Published|Option1 Name|Option1 Value|Variant SKU|Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|Variant Inventory Policy|Variant Fulfillment Service|Variant Price|Variant Compare At Price|Variant Requires Shipping|Variant Taxable|Variant Barcode|Image Src|Image Position|Image Alt Text|Gift Card|SEO Title|Cost per item|Status",
            "mug|Blue mug|<p>Holds tea</p>|Acme|Home|Mugs|blue|TRUE|Title|Default|MUG-1|350|shopify|12|deny|manual|9.50|12.00|TRUE|TRUE|4006381333931|https://cdn.example.com/mug.jpg|1|Mug|FALSE|Mug|4.00|active",
            "vendor_product_id=Handle;product_name=Title;description=Body (HTML);brand=Vendor;category=Product Category;sku=Variant SKU;weight_kg=Variant Grams;stock_quantity=Variant Inventory Qty;price=Variant Price;compare_at_price=Variant Compare At Price;image_url=Image Src"
        ),
        .init(
            "Shopify inventory",
            "Handle|Title|Option1 Name|Option1 Value|SKU|HS Code|COO|Location|Incoming|Unavailable|Committed|Available|On hand",
            "mug|Blue mug|Title|Default|MUG-1|6912|DE|Berlin|0|0|1|11|12",
            "vendor_product_id=Handle;product_name=Title;sku=SKU;stock_quantity=On hand"),
        .init(
            "WooCommerce",
            "ID|Type|SKU|Name|Published|Is featured?|Visibility in catalog|Short description|Description|Date sale price starts|Tax status|In stock?|Stock|Backorders allowed?|Weight (kg)|Length (cm)|Width (cm)|Height (cm)|Sale price|Regular price|Categories|Tags|Images|Parent|Position",
            "17|simple|WOO-1|Vase|1|0|visible|Small|A small vase|  |taxable|1|4|0|0.5|10|10|20|19.90|24.90|Deko|vase|https://shop.example.com/v.jpg, https://shop.example.com/w.jpg||0",
            "vendor_product_id=ID;sku=SKU;product_name=Name;description=Description;stock_quantity=Stock;weight_kg=Weight (kg);price=Sale price;compare_at_price=Regular price;category=Categories;image_url=Images"
        ),
        .init(
            "Magento 2",
            "sku|store_view_code|attribute_set_code|product_type|categories|product_websites|name|description|short_description|weight|product_online|tax_class_name|visibility|price|special_price|special_price_from_date|url_key|meta_title|base_image|small_image|thumbnail_image|created_at|qty|out_of_stock_qty|is_in_stock|manufacturer",
            "M-1||Default|simple|Default Category/Home|base|Lamp|A lamp|Lamp|1.2|1|Taxable Goods|Catalog, Search|49.00|39.00|1/1/26|lamp|Lamp|/l/a/lamp.jpg|/l/a/lamp.jpg|/l/a/lamp.jpg|1/1/26|7|0|1|Acme",
            "sku=sku;category=categories;product_name=name;description=description;weight_kg=weight;price=special_price;compare_at_price=price;image_url=base_image;stock_quantity=qty;brand=manufacturer"
        ),
        .init(
            "PrestaShop 1.7",
            "Product ID|Active (0/1)|Name *|Categories (x,y,z...)|Price tax excluded|Tax rules ID|Wholesale price|On sale (0/1)|Discount amount|Reference #|Supplier reference #|Supplier|Manufacturer|EAN13|UPC|Ecotax|Width|Height|Depth|Weight|Quantity|Minimal quantity|Short description|Description|Tags|Image URLs (x,y,z...)",
            "3|1|Teapot|Home|19.90|1|9.00|0|0|TP-3|S-3|Maker|Acme|4006381333931||0|10|10|10|0.8|5|1|Pot|A teapot|tea|https://img.example.com/3.jpg",
            "vendor_product_id=Product ID;product_name=Name *;category=Categories (x,y,z...);price=Price tax excluded;sku=Reference #;brand=Manufacturer;weight_kg=Weight;stock_quantity=Quantity;description=Description;image_url=Image URLs (x,y,z...)"
        ),
        .init(
            "PrestaShop, French",
            "ID|Image|Nom|Référence|Catégorie|Prix (HT)|Prix (TTC)|Quantité|État|Description|Marque|Poids",
            "4|https://img.example.com/4.jpg|Théière|TP-4|Maison|15,00|18,00|9|1|Une théière|Acme|0,8",
            "vendor_product_id=ID;image_url=Image;product_name=Nom;sku=Référence;category=Catégorie;price=Prix (HT);stock_quantity=Quantité;description=Description;brand=Marque;weight_kg=Poids"
        ),
        .init(
            "Shopware 5",
            "ordernumber|mainnumber|name|additionalText|supplier|tax|price_EK|pseudoprice_EK|baseprice_EK|active|instock|stockmin|description|description_long|shippingtime|weight|width|height|length|ean|unitID|categories|imageUrl",
            "SW10001|SW10001|Tasse||Acme|19.00|9.95|12.95|4|1|25|0|Kurz|Eine Tasse|2|0.35|9|10|9|4006381333931|9|Wohnen|https://img.example.com/t.jpg",
            "sku=ordernumber;product_name=name;stock_quantity=instock;description=description;weight_kg=weight;category=categories;image_url=imageUrl"
        ),
        .init(
            "Shopware 6",
            "id|parent_id|product_number|active|stock|name|description|price_net|price_gross|purchase_prices_net|tax_id|cover_media_url|manufacturer_id|manufacturer_name|categories|sales_channel|weight|ean",
            "0f1e||SW-1|1|25|Tasse|Eine Tasse|8.36|9.95|4|19|https://img.example.com/t.jpg|77|Acme|Wohnen|Shop|0.35|4006381333931",
            "vendor_product_id=id;sku=product_number;stock_quantity=stock;product_name=name;description=description;brand=manufacturer_name;category=categories;weight_kg=weight;image_url=cover_media_url"
        ),
        .init(
            "OpenCart",
            "product_id|name|categories|sku|upc|ean|location|quantity|model|manufacturer|image_name|shipping|price|points|date_added|weight|weight_unit|length|width|height|status|tax_class_id|description|meta_title|stock_status_id|minimum",
            "40|Desk|Home|D-40|||Berlin|3|D40|Acme|catalog/d.jpg|yes|149.0000|0|2026-01-01|25.00|kg|120|60|75|true|9|A desk|Desk|7|1",
            "vendor_product_id=product_id;product_name=name;category=categories;sku=sku;stock_quantity=quantity;brand=manufacturer;price=price;weight_kg=weight;description=description"
        ),
        .init(
            "BigCommerce",
            "Product ID|Product Type|Code|Name|Brand|Description|Cost Price|Retail Price|Sale Price|Calculated Price|Fixed Shipping Price|Free Shipping|Warranty|Weight|Width|Height|Depth|Allow Purchases|Product Visible|Stock Level|Low Stock Level|Category String|Product Image URL - 1|Price",
            "77|P|BC-77|Chair|Acme|A chair|20|60|45|45|0|N||5|50|90|50|Y|Y|8|1|Home|https://img.example.com/77.jpg|50",
            "vendor_product_id=Product ID;sku=Code;product_name=Name;brand=Brand;description=Description;price=Sale Price;compare_at_price=Price;category=Category String;stock_quantity=Stock Level;weight_kg=Weight;image_url=Product Image URL - 1"
        ),
        .init(
            "Odoo",
            "External ID|Name|Internal Reference|Barcode|Sales Price|Cost|Product Category|Quantity On Hand|Unit of Measure|Weight|Sales Description",
            "__export__.p_1|Cable|CB-1|4006381333931|4.95|1.10|All|200|Units|0.05|Two metres",
            "vendor_product_id=External ID;product_name=Name;sku=Internal Reference;price=Sales Price;category=Product Category;stock_quantity=Quantity On Hand;unit=Unit of Measure;weight_kg=Weight;description=Sales Description"
        ),
        .init(
            "Amazon flat file",
            "item_sku|external_product_id|external_product_id_type|item_name|brand_name|manufacturer|item_type|standard_price|quantity|main_image_url|product_description|item_weight|list_price|condition_type",
            "AM-1|4006381333931|EAN|Torch|Acme|Acme|flashlights|12.99|50|https://img.example.com/torch.jpg|A torch|0.2|15.99|New",
            "sku=item_sku;product_name=item_name;brand=brand_name;price=standard_price;stock_quantity=quantity;image_url=main_image_url;description=product_description;weight_kg=item_weight"
        ),
        .init(
            "Amazon inventory report",
            "item-name|item-description|listing-id|seller-sku|price|quantity|open-date|image-url|item-is-marketplace|product-id-type|item-condition|asin1|product-id|fulfillment-channel|status",
            "Torch|A torch|0101A|AM-1|12.99|50|2026-01-01|https://img.example.com/torch.jpg|y|1|11|B000|B000|DEFAULT|Active",
            "product_name=item-name;description=item-description;sku=seller-sku;price=price;stock_quantity=quantity;image_url=image-url;vendor_product_id=product-id"
        ),
        .init(
            "eBay File Exchange",
            "Action|CustomLabel|Category|StoreCategory|Title|ConditionID|PicURL|Description|Format|Duration|StartPrice|Quantity|Location|ShippingType|Brand",
            "Add|EB-1|9355|1|Phone case|1000|https://img.example.com/case.jpg|A case|FixedPrice|GTC|7.99|30|Berlin|Flat|Acme",
            "category=Category;product_name=Title;image_url=PicURL;description=Description;price=StartPrice;stock_quantity=Quantity;brand=Brand"
        ),
        .init(
            "Etsy",
            "TITLE|DESCRIPTION|PRICE|CURRENCY_CODE|QUANTITY|TAGS|MATERIALS|IMAGE1|IMAGE2|VARIATION 1 TYPE|VARIATION 1 NAME|SKU",
            "Ring|A silver ring|25.00|EUR|3|ring|silver|https://img.example.com/r1.jpg|https://img.example.com/r2.jpg|Size|M|ET-1",
            "product_name=TITLE;description=DESCRIPTION;price=PRICE;stock_quantity=QUANTITY;image_url=IMAGE1;sku=SKU"),
        .init(
            "Squarespace",
            "Product ID [Non Editable]|Variant ID [Non Editable]|Product Type [Non Editable]|Product Page|Product URL|Title|Description|SKU|Option Name 1|Option Value 1|Price|Sale Price|On Sale|Stock|Categories|Tags|Weight|Length|Width|Height|Visible|Hosted Image URLs",
            "abc|def|PHYSICAL|shop|poster|Poster|A poster|SQ-1|Size|A2|15.00|0.00|No|40|Art|print|0.1|0|0|0|Yes|https://images.example.com/p.jpg",
            "vendor_product_id=Product ID [Non Editable];product_name=Title;description=Description;sku=SKU;price=Sale Price;compare_at_price=Price;stock_quantity=Stock;category=Categories;weight_kg=Weight;image_url=Hosted Image URLs"
        ),
        .init(
            "Wix",
            "handleId|fieldType|name|description|productImageUrl|collection|sku|ribbon|price|surcharge|visible|discountMode|discountValue|inventory|weight|cost|brand",
            "h1|Product|Candle|A candle|https://static.example.com/c.jpg|Home|WX-1||8.00||true|PERCENT|0|14|0.3|2|Acme",
            "vendor_product_id=handleId;product_name=name;description=description;image_url=productImageUrl;sku=sku;price=price;stock_quantity=inventory;weight_kg=weight;brand=brand"
        ),
        .init(
            "Ecwid",
            "type|product_internal_id|product_sku|product_name|product_price|product_is_inventory_tracked|product_quantity|product_weight|product_description|product_category_1|product_brand|product_media_main_image_url|product_compare_to_price",
            "product|1|EC-1|Bag|30.00|true|6|0.6|A bag|Fashion|Acme|https://img.example.com/b.jpg|40.00",
            "sku=product_sku;product_name=product_name;weight_kg=product_weight;description=product_description;brand=product_brand"
        ),
        .init(
            "Lightspeed eCom",
            "Internal_ID|Internal_Variant_ID|Visible|Brand|Supplier|NL_Title_Short|NL_Description_Short|Images|Price|Price_Old|Unit_Price|Stock_Level|Article_Code|EAN|SKU|Weight",
            "10|20|Y|Acme|Maker|Fiets|Een fiets|https://cdn.example.com/f.jpg|299.00|349.00||4|F-10|4006381333931|F-10-S|12",
            "brand=Brand;image_url=Images;price=Price;stock_quantity=Stock_Level;sku=SKU;weight_kg=Weight"),
        .init(
            "Square",
            "Token|Item Name|Variation Name|SKU|Description|Category|Price|Option Name 1|Current Quantity Berlin|Stock Alert Enabled|Weight (lb)|Social Media Link Title|GTIN",
            "T1|Coffee|Regular|SQ-9|Ground coffee|Food|6.50|Size|22|N|0.5|x|4006381333931",
            "product_name=Item Name;sku=SKU;description=Description;category=Category;price=Price;weight_kg=Weight (lb)"
        ),
        .init(
            "Lightspeed Retail (Vend)",
            "id|handle|sku|composite_name|composite_sku|name|description|product_category|type|variant_option_one_name|tags|supply_price|retail_price|tax_name|brand_name|supplier_name|supplier_code|active|track_inventory|inventory_Main_Outlet",
            "6d|lamp|V-1|||Lamp|A lamp|Home|||x|20|45.00|VAT|Acme|Maker|M1|1|1|7",
            "vendor_product_id=id;sku=sku;product_name=name;description=description;category=product_category;price=retail_price;brand=brand_name"
        ),
        .init(
            "Zoho Inventory",
            "Item ID|Item Name|SKU|Description|Rate|Product Type|Unit|Stock On Hand|Purchase Rate|Brand|Manufacturer|Package Weight|Weight Unit|Category Name",
            "9|Fan|ZO-9|A fan|35.00|goods|pcs|16|20.00|Acme|Acme|2|kg|Home",
            "vendor_product_id=Item ID;product_name=Item Name;sku=SKU;description=Description;unit=Unit;stock_quantity=Stock On Hand;brand=Brand;weight_kg=Package Weight;category=Category Name"
        ),
        .init(
            "JTL-Wawi",
            "Artikelnummer|Artikelname|Beschreibung|Kurzbeschreibung|Hersteller|GTIN|Lagerbestand Gesamt|Brutto-VK|UVP|Gewicht (kg)|Warengruppe|Bild 1",
            "J-1|Regal|Ein Regal aus Holz|Regal|Acme|4006381333931|12|79,90|99,90|14,5|Wohnen|https://img.example.de/r.jpg",
            "sku=Artikelnummer;product_name=Artikelname;description=Beschreibung;brand=Hersteller;compare_at_price=UVP;weight_kg=Gewicht (kg);category=Warengruppe;image_url=Bild 1"
        ),
        .init(
            "German ERP",
            "Artikel-Nr.|Bezeichnung|Langtext|Preis (EUR)|Bestand|Einheit|Marke|Kategorie|Gewicht in kg|Bild-URL",
            "4711|Schraube M4|Schrauben, verzinkt|0,12|5000|Stk|Acme|Eisenwaren|0,002|https://img.example.de/s.jpg",
            "sku=Artikel-Nr.;product_name=Bezeichnung;description=Langtext;price=Preis (EUR);stock_quantity=Bestand;unit=Einheit;brand=Marke;category=Kategorie;weight_kg=Gewicht in kg;image_url=Bild-URL"
        ),
        .init(
            "OXID",
            "OXID|OXARTNUM|OXTITLE|OXSHORTDESC|OXLONGDESC|OXPRICE|OXTPRICE|OXSTOCK|OXWEIGHT|OXPIC1|OXMANUFACTURERID",
            "ox1|OX-1|Becher|Klein|Ein Becher|4.5|6|80|0.2|b.jpg|m1",
            "sku=OXARTNUM;product_name=OXTITLE;description=OXLONGDESC;price=OXPRICE;stock_quantity=OXSTOCK;weight_kg=OXWEIGHT;image_url=OXPIC1"
        ),
        .init(
            "Gambio / xt:Commerce",
            "products_id|products_model|products_name.de|products_description.de|products_price|products_quantity|products_weight|products_image|manufacturers_name|products_status",
            "5|G-5|Stift|Ein Stift|1.2000|300|0.01|stift.jpg|Acme|1",
            "vendor_product_id=products_id;product_name=products_name.de;description=products_description.de;price=products_price;stock_quantity=products_quantity;image_url=products_image"
        ),
        .init(
            "plentymarkets",
            "ItemID|VariationID|VariationNumber|ItemTextName|ItemTextDescription|SalesPrice|Stock|WeightG|CategoryName|ManufacturerName|ItemImageURL",
            "100|1000|PL-1|Uhr|Eine Uhr|59.00|9|150|Schmuck|Acme|https://img.example.de/u.jpg",
            "vendor_product_id=ItemID;price=SalesPrice;stock_quantity=Stock;weight_kg=WeightG;category=CategoryName;brand=ManufacturerName"
        ),
        .init(
            "Google Merchant Center",
            "id|title|description|link|image_link|availability|price|sale_price|brand|gtin|mpn|product_type|google_product_category|condition|shipping_weight",
            "GM1|Sock|A sock|https://shop.example.com/s|https://img.example.com/s.jpg|in stock|5.00 EUR|4.00 EUR|Acme|4006381333931|S1|Clothing|1604|new|0.1 kg",
            "vendor_product_id=id;product_name=title;description=description;image_url=image_link;price=sale_price;compare_at_price=price;brand=brand;category=product_type;weight_kg=shipping_weight"
        ),
        .init(
            "Meta catalogue",
            "id|title|description|availability|condition|price|link|image_link|brand|quantity_to_sell_on_facebook|sale_price|item_group_id|product_type",
            "FB1|Cap|A cap|in stock|new|10.00 USD|https://shop.example.com/c|https://img.example.com/c.jpg|Acme|12|8.00 USD|g1|Clothing",
            "vendor_product_id=id;product_name=title;description=description;price=sale_price;compare_at_price=price;image_url=image_link;brand=brand;category=product_type"
        ),
        .init(
            "Sage, French",
            "Référence article|Désignation|Famille|Prix de vente|Stock réel|Unité de vente|Poids net|Code barres|Fournisseur",
            "SA-1|Perceuse|Outillage|89,00|14|PCE|1,8|4006381333931|Acme",
            "sku=Référence article;product_name=Désignation;category=Famille;price=Prix de vente;stock_quantity=Stock réel;unit=Unité de vente;weight_kg=Poids net"
        ),
        .init(
            "French shop",
            "Identifiant|Titre|Descriptif|Prix TTC|Prix barré|Quantité disponible|Marque|Rayon|Sous-catégorie|URL image|SKU",
            "f1|Chaise|Une chaise|49,90|59,90|7|Acme|Maison|Chaises|https://img.example.fr/c.jpg|FR-1",
            "vendor_product_id=Identifiant;product_name=Titre;description=Descriptif;price=Prix TTC;compare_at_price=Prix barré;stock_quantity=Quantité disponible;brand=Marque;category=Rayon;subcategory=Sous-catégorie;image_url=URL image;sku=SKU"
        ),
        .init(
            "Spanish ERP",
            "Referencia|Nombre|Descripción|Categoría|Subcategoría|PVP|Precio anterior|Existencias|Unidad de medida|Peso (kg)|Fabricante|Imagen",
            "ES-1|Silla|Una silla|Hogar|Sillas|49,90|59,90|12|ud|4,5|Acme|https://img.example.es/s.jpg",
            "sku=Referencia;product_name=Nombre;description=Descripción;category=Categoría;subcategory=Subcategoría;price=PVP;compare_at_price=Precio anterior;stock_quantity=Existencias;unit=Unidad de medida;weight_kg=Peso (kg);brand=Fabricante;image_url=Imagen"
        ),
        .init(
            "Spanish shop",
            "ID producto|Título|Precio de venta|Precio oferta|Cantidad|Marca|Categoría|Código|URL de imagen",
            "1|Mesa|80,00|70,00|3|Acme|Hogar|M-1|https://img.example.es/m.jpg",
            "vendor_product_id=ID producto;product_name=Título;price=Precio oferta;compare_at_price=Precio de venta;stock_quantity=Cantidad;brand=Marca;category=Categoría;sku=Código;image_url=URL de imagen"
        ),
        .init(
            "Italian ERP",
            "Codice articolo|Denominazione|Descrizione completa|Categoria|Prezzo di vendita|Giacenza|Unità di misura|Peso lordo|Produttore|URL immagine",
            "IT-1|Sedia|Una sedia|Casa|49,90|12|pz|4,5|Acme|https://img.example.it/s.jpg",
            "sku=Codice articolo;product_name=Denominazione;description=Descrizione completa;category=Categoria;price=Prezzo di vendita;stock_quantity=Giacenza;unit=Unità di misura;weight_kg=Peso lordo;brand=Produttore;image_url=URL immagine"
        ),
        .init(
            "Italian shop",
            "ID prodotto|Nome prodotto|Descrizione|Prezzo|Prezzo scontato|Quantità|Marca|Categoria|SKU|Immagine",
            "8|Lampada|Una lampada|30,00|25,00|5|Acme|Casa|L-8|https://img.example.it/l.jpg",
            "vendor_product_id=ID prodotto;product_name=Nome prodotto;description=Descrizione;price=Prezzo scontato;compare_at_price=Prezzo;stock_quantity=Quantità;brand=Marca;category=Categoria;sku=SKU;image_url=Immagine"
        ),
        .init(
            "Dutch shop",
            "Artikelcode|Productnaam|Omschrijving|Prijs incl. btw|Adviesprijs|Voorraad|Merk|Productgroep|Gewicht (g)|Afbeelding URL",
            "NL-1|Stoel|Een stoel|49,90|59,90|12|Acme|Wonen|4500|https://img.example.nl/s.jpg",
            "sku=Artikelcode;product_name=Productnaam;description=Omschrijving;price=Prijs incl. btw;compare_at_price=Adviesprijs;stock_quantity=Voorraad;brand=Merk;category=Productgroep;weight_kg=Gewicht (g);image_url=Afbeelding URL"
        ),
        .init(
            "QuickBooks",
            "Product/Service Name|SKU|Type|Category|Sales Description|Sales Price/Rate|Quantity On Hand|Reorder Point|Purchase Cost",
            "Hammer|QB-1|Inventory|Tools|A hammer|15.00|40|5|7",
            "sku=SKU;category=Category;description=Sales Description;stock_quantity=Quantity On Hand"),
        .init(
            "Cin7 Core",
            "ProductCode|Name|Category|Brand|Type|CostingMethod|DefaultUnitOfMeasure|Weight|PriceTier1|Description|Barcode|StockOnHand",
            "CI-1|Glove|Clothing|Acme|Stock|FIFO|Pair|0.1|9.00|A glove|4006381333931|70",
            "sku=ProductCode;product_name=Name;category=Category;brand=Brand;weight_kg=Weight;description=Description;stock_quantity=StockOnHand"
        ),
        .init(
            "Spree",
            "Product ID|SKU|Name|Description|Status|Vendor|Price|Compare At Price|Currency|Inventory Count|Weight|Category 1|Image 1 Src",
            "1|SP-1|Tee|A tee|active|Acme|19.99|25.00|USD|100|0.2|Clothing|https://img.example.com/t.jpg",
            "vendor_product_id=Product ID;sku=SKU;product_name=Name;description=Description;brand=Vendor;price=Price;compare_at_price=Compare At Price;weight_kg=Weight"
        ),
        .init(
            "Medusa",
            "Product Id|Product Handle|Product Title|Product Subtitle|Product Description|Product Status|Product Thumbnail|Product Weight|Product Category|Variant Id|Variant Title|Variant SKU|Variant Inventory Quantity|Variant Price EUR|Product Image 1 Url",
            "prod_1|tee|Tee||A tee|published|https://img.example.com/t.jpg|0.2|Clothing|variant_1|M|ME-1|12|19.99|https://img.example.com/t1.jpg",
            "vendor_product_id=Product Id;product_name=Product Title;description=Product Description;category=Product Category;sku=Variant SKU;price=Variant Price EUR;weight_kg=Product Weight;image_url=Product Image 1 Url"
        ),
        .init(
            "nopCommerce",
            "ProductId|Name|ShortDescription|FullDescription|Sku|ManufacturerPartNumber|StockQuantity|Price|OldPrice|ProductCost|Weight|Categories|Manufacturers|Picture1",
            "12|Radio|Small|A radio|NO-12|R12|18|39.00|49.00|20|1.1|Audio|Acme|https://img.example.com/r.jpg",
            "vendor_product_id=ProductId;product_name=Name;description=FullDescription;sku=Sku;stock_quantity=StockQuantity;price=Price;compare_at_price=OldPrice;weight_kg=Weight;category=Categories"
        ),
        .init(
            "CS-Cart",
            "Product code|Language|Product id|Category|List price|Price|Status|Quantity|Weight|Description|Product name|Detailed image|Vendor",
            "CS-1|en|44|Home|20.00|15.00|A|9|0.4|A pan|Pan|https://img.example.com/p.jpg|Acme",
            "sku=Product code;vendor_product_id=Product id;category=Category;price=Price;stock_quantity=Quantity;weight_kg=Weight;description=Description;product_name=Product name;brand=Vendor"
        ),
    ]
}
