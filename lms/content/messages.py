"""What each finding says: code -> language -> (sentence, suggested fix).

A code may have variants (`E009/depth`) where one sentence would not fit all cases. Fields stand in braces and are
filled in by `tell`; they are authors' words and are never read as a template. E blocks publishing, W warns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lms.content.language import space_signs

Message = tuple[str, str]

CATALOGUE: Final[dict[str, dict[str, Message]]] = {
    # 0 files
    "E001": {
        "en": ("“{name}” has no language in its name", "name it “{stem}.fr.md” (fr, es, ca or en)"),
        "fr": ("« {name} » n’a pas de langue dans son nom", "nommez-le « {stem}.fr.md » (fr, es, ca ou en)"),
        "es": ("«{name}» no lleva idioma en el nombre", "llámalo «{stem}.fr.md» (fr, es, ca o en)"),
        "ca": ("«{name}» no porta llengua en el nom", "anomena’l «{stem}.fr.md» (fr, es, ca o en)"),
    },
    "E002": {
        "en": (
            "“{name}” is not a known type of file",
            "begin its name with one of: {types}; other files go to “media/”",
        ),
        "fr": (
            "« {name} » n’est pas un type de fichier connu",
            "commencez son nom par un de ces mots : {types} ; les autres fichiers vont dans « media/ »",
        ),
        "es": (
            "«{name}» no es un tipo de archivo conocido",
            "empieza su nombre por una de estas palabras: {types}; los demás archivos van en «media/»",
        ),
        "ca": (
            "«{name}» no és un tipus de fitxer conegut",
            "comença el nom amb una d’aquestes paraules: {types}; els altres fitxers van a «media/»",
        ),
    },
    "E003": {
        "en": (
            "this line of the header cannot be read",
            "check the indentation, and put quotes around text that holds “: ” or “#”",
        ),
        "fr": (
            "cette ligne de l’en-tête est illisible",
            "vérifiez le retrait, et mettez entre guillemets droits un texte qui contient « : » ou « # »",
        ),
        "es": (
            "esta línea de la cabecera no se puede leer",
            "revisa la sangría y pon entre comillas rectas un texto que contenga «: » o «#»",
        ),
        "ca": (
            "aquesta línia de la capçalera no es pot llegir",
            "revisa el sagnat i posa entre cometes rectes un text que contingui «: » o «#»",
        ),
    },
    "E003/twice": {
        "en": ("the key “{key}” stands twice", "keep one of the two lines"),
        "fr": ("la clé « {key} » est écrite deux fois", "gardez une des deux lignes"),
        "es": ("la clave «{key}» está escrita dos veces", "deja una de las dos líneas"),
        "ca": ("la clau «{key}» hi és dues vegades", "deixa una de les dues línies"),
    },
    "E003/tag": {
        "en": ("the header holds a YAML tag, “{tag}”", "write plain text, numbers, lists and keys only"),
        "fr": (
            "l’en-tête contient une étiquette YAML, « {tag} »",
            "écrivez seulement du texte, des nombres, des listes et des clés",
        ),
        "es": ("la cabecera contiene una etiqueta YAML, «{tag}»", "escribe solo texto, números, listas y claves"),
        "ca": ("la capçalera conté una etiqueta YAML, «{tag}»", "escriu només text, nombres, llistes i claus"),
    },
    "E003/shape": {
        "en": ("a list of keys is expected here", "write one “key: value” a line"),
        "fr": ("on attend ici une suite de clés", "écrivez un « clé: valeur » par ligne"),
        "es": ("aquí se espera una serie de claves", "escribe un «clave: valor» por línea"),
        "ca": ("aquí s’espera una sèrie de claus", "escriu un «clau: valor» per línia"),
    },
    "E004": {
        "en": ("the key “{key}” is not known", "did you mean “{closest}”?"),
        "fr": ("la clé « {key} » n’est pas connue", "vouliez-vous écrire « {closest} » ?"),
        "es": ("la clave «{key}» no se conoce", "¿querías escribir «{closest}»?"),
        "ca": ("la clau «{key}» no es coneix", "volies escriure «{closest}»?"),
    },
    "E004/far": {
        "en": ("the key “{key}” is not known", "remove it, or use one of: {allowed}"),
        "fr": ("la clé « {key} » n’est pas connue", "retirez-la, ou prenez-en une parmi : {allowed}"),
        "es": ("la clave «{key}» no se conoce", "quítala o usa una de estas: {allowed}"),
        "ca": ("la clau «{key}» no es coneix", "treu-la o fes servir una d’aquestes: {allowed}"),
    },
    "W005": {
        "en": ("“{name}” is not listed in course.yml, so nobody sees it", "add “- {name}” under “units”"),
        "fr": ("« {name} » n’est pas dans course.yml, personne ne le voit", "ajoutez « - {name} » sous « units »"),
        "es": ("«{name}» no está en course.yml, así que nadie lo ve", "añade «- {name}» bajo «units»"),
        "ca": ("«{name}» no és a course.yml, i per això ningú no el veu", "afegeix «- {name}» sota «units»"),
    },
    "E005": {
        "en": ("the file has no header", "begin it with a line “---”, the keys “id” and “title”, and a line “---”"),
        "fr": (
            "le fichier n’a pas d’en-tête",
            "commencez-le par une ligne « --- », les clés « id » et « title », puis une ligne « --- »",
        ),
        "es": (
            "el archivo no tiene cabecera",
            "empiézalo con una línea «---», las claves «id» y «title», y una línea «---»",
        ),
        "ca": (
            "el fitxer no té capçalera",
            "comença’l amb una línia «---», les claus «id» i «title», i una línia «---»",
        ),
    },
    "E005/open": {
        "en": ("the header is not closed", "add a line “---” after its last key"),
        "fr": ("l’en-tête n’est pas fermé", "ajoutez une ligne « --- » après sa dernière clé"),
        "es": ("la cabecera no está cerrada", "añade una línea «---» después de su última clave"),
        "ca": ("la capçalera no està tancada", "afegeix una línia «---» després de l’última clau"),
    },
    "E005/course": {
        "en": ("the folder has no course.yml", "write one, or begin the name of the folder with “_”"),
        "fr": ("le dossier n’a pas de course.yml", "écrivez-en un, ou commencez le nom du dossier par « _ »"),
        "es": ("la carpeta no tiene course.yml", "escribe uno o empieza el nombre de la carpeta por «_»"),
        "ca": ("la carpeta no té course.yml", "escriu-ne un o comença el nom de la carpeta per «_»"),
    },
    "E006": {
        "en": ("the key “{key}” is missing", "add a line “{key}: {example}”"),
        "fr": ("la clé « {key} » manque", "ajoutez une ligne « {key}: {example} »"),
        "es": ("falta la clave «{key}»", "añade una línea «{key}: {example}»"),
        "ca": ("falta la clau «{key}»", "afegeix una línia «{key}: {example}»"),
    },
    "E007": {
        "en": ("“{value}” is not allowed for “{key}”", "write it as in “{key}: {example}”"),
        "fr": ("« {value} » ne convient pas pour « {key} »", "écrivez comme dans « {key}: {example} »"),
        "es": ("«{value}» no vale para «{key}»", "escríbelo como en «{key}: {example}»"),
        "ca": ("«{value}» no val per a «{key}»", "escriu-ho com a «{key}: {example}»"),
    },
    "E007/choice": {
        "en": ("“{value}” is not allowed for “{key}”", "use one of: {allowed}"),
        "fr": ("« {value} » ne convient pas pour « {key} »", "choisissez parmi : {allowed}"),
        "es": ("«{value}» no vale para «{key}»", "elige entre: {allowed}"),
        "ca": ("«{value}» no val per a «{key}»", "tria entre: {allowed}"),
    },
    "E007/mark": {
        "en": ("“{id}” has no place in this type of file", "it stands in: {places}"),
        "fr": ("« {id} » n’a pas sa place dans ce type de fichier", "sa place est dans : {places}"),
        "es": ("«{id}» no tiene sitio en este tipo de archivo", "su sitio está en: {places}"),
        "ca": ("«{id}» no té lloc en aquest tipus de fitxer", "el seu lloc és a: {places}"),
    },
    "E007/choices": {
        "en": ("“{title}” asks for a right answer, and this type of file asks nothing", "ask it in: {places}"),
        "fr": (
            "« {title} » attend une bonne réponse, et ce type de fichier ne pose pas de question",
            "posez-la dans : {places}",
        ),
        "es": (
            "«{title}» espera una respuesta correcta, y en este tipo de archivo no se pregunta nada",
            "pregúntalo en: {places}",
        ),
        "ca": (
            "«{title}» espera una resposta correcta, i en aquest tipus de fitxer no es pregunta res",
            "pregunta-ho a: {places}",
        ),
    },
    "E007/folder": {
        "en": ("the id “{value}” is not the name of its folder", "write “id: {expected}”"),
        "fr": ("l’id « {value} » n’est pas le nom de son dossier", "écrivez « id: {expected} »"),
        "es": ("el id «{value}» no es el nombre de su carpeta", "escribe «id: {expected}»"),
        "ca": ("l’id «{value}» no és el nom de la seva carpeta", "escriu «id: {expected}»"),
    },
    "E007/draw": {
        "en": ("the quiz draws {value} questions and holds {count}", "write “draw: {count}” or fewer"),
        "fr": ("le quiz tire {value} questions et en contient {count}", "écrivez « draw: {count} » ou moins"),
        "es": ("el cuestionario saca {value} preguntas y contiene {count}", "escribe «draw: {count}» o menos"),
        "ca": ("el qüestionari treu {value} preguntes i en conté {count}", "escriu «draw: {count}» o menys"),
    },
    "E007/source": {
        "en": ("the source language “{value}” is not among the languages", "add it to “languages”"),
        "fr": ("la langue source « {value} » n’est pas parmi les langues", "ajoutez-la à « languages »"),
        "es": ("el idioma de origen «{value}» no está entre los idiomas", "añádelo a «languages»"),
        "ca": ("la llengua d’origen «{value}» no és entre les llengües", "afegeix-la a «languages»"),
    },
    "E008": {
        "en": ("the file is not UTF-8 text", "save it as text in UTF-8"),
        "fr": ("le fichier n’est pas du texte en UTF-8", "enregistrez-le comme texte en UTF-8"),
        "es": ("el archivo no es texto en UTF-8", "guárdalo como texto en UTF-8"),
        "ca": ("el fitxer no és text en UTF-8", "desa’l com a text en UTF-8"),
    },
    "E009": {
        "en": ("the file is above {limit} kB", "split it into two files"),
        "fr": ("le fichier dépasse {limit} ko", "coupez-le en deux"),
        "es": ("el archivo pasa de {limit} kB", "pártelo en dos"),
        "ca": ("el fitxer passa de {limit} kB", "parteix-lo en dos"),
    },
    "E009/picture": {
        "en": ("“{target}” weighs more than {limit} MB", "save the picture smaller: 1,920 pixels are wide enough"),
        "fr": (
            "« {target} » pèse plus de {limit} Mo",
            "enregistrez l’image plus petite : 1 920 pixels de large suffisent",
        ),
        "es": ("«{target}» pesa más de {limit} MB", "guarda la imagen más pequeña: bastan 1920 píxeles de ancho"),
        "ca": (
            "«{target}» pesa més de {limit} MB",
            "desa la imatge més petita: n’hi ha prou amb 1920 píxels d’amplada",
        ),
    },
    "E009/pixels": {
        "en": (
            "“{target}” has more than {limit} million pixels",
            "save the picture smaller: 1,920 pixels are wide enough",
        ),
        "fr": (
            "« {target} » a plus de {limit} millions de pixels",
            "enregistrez l’image plus petite : 1 920 pixels de large suffisent",
        ),
        "es": (
            "«{target}» tiene más de {limit} millones de píxeles",
            "guarda la imagen más pequeña: bastan 1920 píxeles de ancho",
        ),
        "ca": (
            "«{target}» té més de {limit} milions de píxels",
            "desa la imatge més petita: n’hi ha prou amb 1920 píxels d’amplada",
        ),
    },
    "E009/depth": {
        "en": ("more than {limit} quotes, lists, brackets or tags lie inside one another", "write it flat"),
        "fr": ("plus de {limit} citations, listes, crochets ou balises sont emboîtés", "écrivez à plat"),
        "es": ("hay más de {limit} citas, listas, corchetes o etiquetas unos dentro de otros", "escríbelo sin anidar"),
        "ca": (
            "hi ha més de {limit} cites, llistes, claudàtors o etiquetes els uns dins dels altres",
            "escriu-ho sense niar",
        ),
    },
    "E009/front": {
        "en": ("the header is above {limit} kB", "move text from the header to the page"),
        "fr": ("l’en-tête dépasse {limit} ko", "déplacez du texte de l’en-tête vers la page"),
        "es": ("la cabecera pasa de {limit} kB", "mueve texto de la cabecera a la página"),
        "ca": ("la capçalera passa de {limit} kB", "mou text de la capçalera a la pàgina"),
    },
    "E009/alias": {
        "en": ("the header uses a YAML anchor or alias (& or *)", "write the value out, or put it in quotes"),
        "fr": (
            "l’en-tête emploie une ancre ou un alias YAML (& ou *)",
            "écrivez la valeur en entier, ou mettez-la entre guillemets droits",
        ),
        "es": (
            "la cabecera usa un ancla o un alias de YAML (& o *)",
            "escribe el valor entero o ponlo entre comillas rectas",
        ),
        "ca": (
            "la capçalera fa servir una àncora o un àlies de YAML (& o *)",
            "escriu el valor sencer o posa’l entre cometes rectes",
        ),
    },
    "E009/brackets": {
        "en": ("one paragraph holds too many brackets", "cut it with an empty line"),
        "fr": ("un paragraphe contient trop de crochets", "coupez-le par une ligne vide"),
        "es": ("un párrafo contiene demasiados corchetes", "córtalo con una línea vacía"),
        "ca": ("un paràgraf conté massa claudàtors", "talla’l amb una línia buida"),
    },
    "E009/signs": {
        "en": ("one paragraph holds too many marks (*, _, `, ~, & or \\)", "cut it with an empty line"),
        "fr": ("un paragraphe contient trop de signes (*, _, `, ~, & ou \\)", "coupez-le par une ligne vide"),
        "es": ("un párrafo contiene demasiados signos (*, _, `, ~, & o \\)", "córtalo con una línea vacía"),
        "ca": ("un paràgraf conté massa signes (*, _, `, ~, & o \\)", "talla’l amb una línia buida"),
    },
    "E009/paragraphs": {
        "en": ("the file has more than {limit} paragraphs and list items", "split it into several files"),
        "fr": ("le fichier a plus de {limit} paragraphes et éléments de liste", "coupez-le en plusieurs fichiers"),
        "es": ("el archivo tiene más de {limit} párrafos y elementos de lista", "pártelo en varios archivos"),
        "ca": ("el fitxer té més de {limit} paràgrafs i elements de llista", "parteix-lo en diversos fitxers"),
    },
    "E009/sections": {
        "en": ("the file has more than {limit} headings", "split it into several files"),
        "fr": ("le fichier a plus de {limit} titres", "coupez-le en plusieurs fichiers"),
        "es": ("el archivo tiene más de {limit} títulos", "pártelo en varios archivos"),
        "ca": ("el fitxer té més de {limit} títols", "parteix-lo en diversos fitxers"),
    },
    "E010": {
        "en": ("the name “{name}” is not allowed", "use a-z, 0-9 and single hyphens, at most 64 characters"),
        "fr": (
            "le nom « {name} » n’est pas permis",
            "prenez a-z, 0-9 et des traits d’union simples, 64 signes au plus",
        ),
        "es": ("el nombre «{name}» no está permitido", "usa a-z, 0-9 y guiones sueltos, 64 signos como mucho"),
        "ca": ("el nom «{name}» no és permès", "fes servir a-z, 0-9 i guionets solts, 64 signes com a màxim"),
    },
    "E010/id": {
        "en": ("the id “{name}” is not allowed", "write q-, k-, c- or r-, then 2 to 40 of a-z, 0-9 and hyphens"),
        "fr": (
            "l’id « {name} » n’est pas permis",
            "écrivez q-, k-, c- ou r-, puis 2 à 40 signes parmi a-z, 0-9 et traits d’union",
        ),
        "es": (
            "el id «{name}» no está permitido",
            "escribe q-, k-, c- o r-, y de 2 a 40 signos entre a-z, 0-9 y guiones",
        ),
        "ca": ("l’id «{name}» no és permès", "escriu q-, k-, c- o r-, i de 2 a 40 signes entre a-z, 0-9 i guionets"),
    },
    "E010/link": {
        "en": ("the link “{target}” leads where it may not", "use http, https, mailto or a file of this course"),
        "fr": ("le lien « {target} » mène où il ne doit pas", "prenez http, https, mailto ou un fichier de ce cours"),
        "es": ("el enlace «{target}» lleva a donde no debe", "usa http, https, mailto o un archivo de este curso"),
        "ca": (
            "l’enllaç «{target}» porta on no ha de portar",
            "fes servir http, https, mailto o un fitxer d’aquest curs",
        ),
    },
    "E010/symlink": {
        "en": ("“{name}” is a symbolic link", "put the file itself in its place"),
        "fr": ("« {name} » est un lien symbolique", "mettez le fichier lui-même à sa place"),
        "es": ("«{name}» es un enlace simbólico", "pon el archivo mismo en su lugar"),
        "ca": ("«{name}» és un enllaç simbòlic", "posa-hi el fitxer mateix"),
    },
    "E011": {
        "en": ("the unit “{unit}” is listed but has no folder", "create “{folder}” or remove the line"),
        "fr": (
            "l’étape « {unit} » est dans la liste mais n’a pas de dossier",
            "créez « {folder} » ou retirez la ligne",
        ),
        "es": ("el paso «{unit}» está en la lista pero no tiene carpeta", "crea «{folder}» o quita la línea"),
        "ca": ("el pas «{unit}» és a la llista però no té carpeta", "crea «{folder}» o treu la línia"),
    },
    "E011/empty": {
        "en": ("the folder of the unit “{unit}” holds no file", "put a lesson into “{folder}”, or remove the line"),
        "fr": (
            "le dossier de l’étape « {unit} » ne contient aucun fichier",
            "mettez une leçon dans « {folder} », ou retirez la ligne",
        ),
        "es": (
            "la carpeta del paso «{unit}» no contiene ningún archivo",
            "pon una lección en «{folder}» o quita la línea",
        ),
        "ca": (
            "la carpeta del pas «{unit}» no conté cap fitxer",
            "posa una lliçó a «{folder}» o treu la línia",
        ),
    },
    "E012": {
        "en": ("the course id “{id}” is already used by “{other}”", "give this course its own id"),
        "fr": ("l’id de cours « {id} » est déjà pris par « {other} »", "donnez à ce cours son propre id"),
        "es": ("el id de curso «{id}» ya lo usa «{other}»", "dale a este curso su propio id"),
        "ca": ("l’id de curs «{id}» ja el fa servir «{other}»", "dona a aquest curs el seu propi id"),
    },
    "E013/competency": {
        "en": ("the competency “{id}” is not in _competencies.yml", "did you mean “{closest}”?"),
        "fr": ("la compétence « {id} » n’est pas dans _competencies.yml", "vouliez-vous écrire « {closest} » ?"),
        "es": ("la competencia «{id}» no está en _competencies.yml", "¿querías escribir «{closest}»?"),
        "ca": ("la competència «{id}» no és a _competencies.yml", "volies escriure «{closest}»?"),
    },
    "E013/prerequisite": {
        "en": ("the prerequisite “{id}” does not exist", "did you mean “{closest}”?"),
        "fr": ("le prérequis « {id} » n’existe pas", "vouliez-vous écrire « {closest} » ?"),
        "es": ("el requisito previo «{id}» no existe", "¿querías escribir «{closest}»?"),
        "ca": ("el requisit previ «{id}» no existeix", "volies escriure «{closest}»?"),
    },
    "E013/author": {
        "en": ("the author “{id}” is not in _people.yml", "did you mean “{closest}”?"),
        "fr": ("la personne « {id} » n’est pas dans _people.yml", "vouliez-vous écrire « {closest} » ?"),
        "es": ("la persona «{id}» no está en _people.yml", "¿querías escribir «{closest}»?"),
        "ca": ("la persona «{id}» no és a _people.yml", "volies escriure «{closest}»?"),
    },
    "E013/required": {
        "en": ("the certificate asks for “{id}”, which does not exist", "did you mean “{closest}”?"),
        "fr": ("le certificat demande « {id} », qui n’existe pas", "vouliez-vous écrire « {closest} » ?"),
        "es": ("el certificado pide «{id}», que no existe", "¿querías escribir «{closest}»?"),
        "ca": ("el certificat demana «{id}», que no existeix", "volies escriure «{closest}»?"),
    },
    "E013/moved": {
        "en": ("“{id}” is said to have moved here and is not here", "did you mean “{closest}”?"),
        "fr": ("« {id} » devrait être arrivé ici et n’y est pas", "vouliez-vous écrire « {closest} » ?"),
        "es": ("«{id}» debería haber llegado aquí y no está", "¿querías escribir «{closest}»?"),
        "ca": ("«{id}» hauria d’haver arribat aquí i no hi és", "volies escriure «{closest}»?"),
    },
    "E013/far": {
        "en": (
            "“{id}”, which “{key}” names, does not exist, nor anything like it",
            "take one of those there are: {known}",
        ),
        "fr": (
            "« {id} », que cite « {key} », n’existe pas, ni rien qui y ressemble",
            "prenez-en un parmi ceux qui existent : {known}",
        ),
        "es": (
            "«{id}», que está en «{key}», no existe, ni nada que se le parezca",
            "elige entre lo que hay: {known}",
        ),
        "ca": (
            "«{id}», que és a «{key}», no existeix, ni res que s’hi assembli",
            "tria entre el que hi ha: {known}",
        ),
    },
    "E013/none": {
        "en": (
            "“{id}”, which “{key}” names, does not exist, and there is nothing of the kind yet",
            "remove it, or make it first",
        ),
        "fr": (
            "« {id} », que cite « {key} », n’existe pas, et il n’y a encore rien de ce genre",
            "retirez-le, ou créez-le d’abord",
        ),
        "es": (
            "«{id}», que está en «{key}», no existe, y todavía no hay nada de ese tipo",
            "quítalo o créalo antes",
        ),
        "ca": (
            "«{id}», que és a «{key}», no existeix, i encara no hi ha res d’aquesta mena",
            "treu-ho o crea-ho abans",
        ),
    },
    "E014": {
        "en": ("the prerequisites go round in a circle: {circle}", "remove one of them"),
        "fr": ("les prérequis tournent en rond : {circle}", "retirez-en un"),
        "es": ("los requisitos previos dan vueltas: {circle}", "quita uno"),
        "ca": ("els requisits previs fan un cercle: {circle}", "treu-ne un"),
    },
    "W006": {
        "en": ("the HTML “{tag}” is removed", "write it in Markdown"),
        "fr": ("le HTML « {tag} » est retiré", "écrivez-le en Markdown"),
        "es": ("se quita el HTML «{tag}»", "escríbelo en Markdown"),
        "ca": ("es treu l’HTML «{tag}»", "escriu-ho en Markdown"),
    },
    # 1 ids
    "E101": {
        "en": ("“{title}” has no id", "write “<!-- {proposal} -->” on the line right under the heading"),
        "fr": ("« {title} » n’a pas d’id", "écrivez « <!-- {proposal} --> » sur la ligne juste sous le titre"),
        "es": ("«{title}» no tiene id", "escribe «<!-- {proposal} -->» en la línea justo debajo del título"),
        "ca": ("«{title}» no té id", "escriu «<!-- {proposal} -->» a la línia de just sota el títol"),
    },
    "E101/scene": {
        "en": ("scene “{title}” has no id", 'write “<a id="{proposal}"></a>” on the line right before the heading'),
        "fr": (
            "la scène « {title} » n’a pas d’id",
            'écrivez « <a id="{proposal}"></a> » sur la ligne juste avant le titre',
        ),
        "es": (
            "la escena «{title}» no tiene id",
            'escribe «<a id="{proposal}"></a>» en la línea justo antes del título',
        ),
        "ca": (
            "l’escena «{title}» no té id",
            'escriu «<a id="{proposal}"></a>» a la línia de just abans del títol',
        ),
    },
    "E102": {
        "en": ("id “{id}” already used line {line}", "give the new question its own id"),
        "fr": ("l’id « {id} » est déjà pris ligne {line}", "donnez à la nouvelle question son propre id"),
        "es": ("el id «{id}» ya se usa en la línea {line}", "dale a la pregunta nueva su propio id"),
        "ca": ("l’id «{id}» ja es fa servir a la línia {line}", "dona a la pregunta nova el seu propi id"),
    },
    "E102/file": {
        "en": ("id “{id}” already used in {file} line {line}", "give the new question its own id"),
        "fr": ("l’id « {id} » est déjà pris dans {file} ligne {line}", "donnez à la nouvelle question son propre id"),
        "es": ("el id «{id}» ya se usa en {file}, línea {line}", "dale a la pregunta nueva su propio id"),
        "ca": ("l’id «{id}» ja es fa servir a {file}, línia {line}", "dona a la pregunta nova el seu propi id"),
    },
    "E103": {
        "en": (
            "the id is “{id}” here and “{expected}” in {source}",
            "write “{expected}”: ids are the same in all languages",
        ),
        "fr": (
            "l’id est « {id} » ici et « {expected} » dans {source}",
            "écrivez « {expected} » : les ids sont les mêmes dans toutes les langues",
        ),
        "es": (
            "el id es «{id}» aquí y «{expected}» en {source}",
            "escribe «{expected}»: los ids son iguales en todos los idiomas",
        ),
        "ca": (
            "l’id és «{id}» aquí i «{expected}» a {source}",
            "escriu «{expected}»: els ids són iguals en totes les llengües",
        ),
    },
    "E104": {
        "en": (
            "“{id}” was in the last published version and is gone; what was answered is kept",
            "if it moved, add “moved: [{id}]” to its new unit"
            "; if it is meant to be gone, say so when you publish (sync --accept-gone)",
        ),
        "fr": (
            "« {id} » était dans la dernière version publiée et a disparu ; les réponses sont gardées",
            "si elle a changé de place, ajoutez « moved: [{id}] » à sa nouvelle étape "
            "; si c’est voulu, dites-le en publiant (sync --accept-gone)",
        ),
        "es": (
            "«{id}» estaba en la última versión publicada y ya no está; las respuestas se guardan",
            "si se ha movido, añade «moved: [{id}]» a su nuevo paso"
            "; si lo has quitado a propósito, dilo al publicar (sync --accept-gone)",
        ),
        "ca": (
            "«{id}» era a l’última versió publicada i ja no hi és; les respostes es guarden",
            "si s’ha mogut, afegeix «moved: [{id}]» al seu nou pas"
            "; si l’has tret expressament, digues-ho en publicar (sync --accept-gone)",
        ),
    },
    # 2 questions
    "E201": {
        "en": ("this looks like a choice but is not one", "write “- [ ] text” or “- [x] text”"),
        "fr": ("cela ressemble à un choix mais n’en est pas un", "écrivez « - [ ] texte » ou « - [x] texte »"),
        "es": ("parece una opción, pero no lo es", "escribe «- [ ] texto» o «- [x] texto»"),
        "ca": ("sembla una opció, però no ho és", "escriu «- [ ] text» o «- [x] text»"),
    },
    "E202": {
        "en": ("“{id}” has two answer blocks", "keep one list or table, or make two questions"),
        "fr": (
            "« {id} » a deux blocs de réponse",
            "gardez une seule liste ou un seul tableau, ou faites deux questions",
        ),
        "es": ("«{id}» tiene dos bloques de respuesta", "deja una sola lista o tabla, o haz dos preguntas"),
        "ca": ("«{id}» té dos blocs de resposta", "deixa una sola llista o taula, o fes dues preguntes"),
    },
    "E202/poll": {
        "en": ("the poll asks a second question", "keep one, or write a second file “poll-….md”"),
        "fr": ("le sondage pose une deuxième question", "gardez-en une, ou écrivez un deuxième fichier « poll-….md »"),
        "es": ("el sondeo hace una segunda pregunta", "deja una o escribe un segundo archivo «poll-….md»"),
        "ca": ("el sondeig fa una segona pregunta", "deixa’n una o escriu un segon fitxer «poll-….md»"),
    },
    "E202/reflection": {
        "en": ("“{id}” has an answer block, and a reflection asks open questions", "take it out, or move it to a quiz"),
        "fr": (
            "« {id} » a un bloc de réponse, or une réflexion pose des questions ouvertes",
            "retirez-le, ou mettez la question dans un quiz",
        ),
        "es": (
            "«{id}» tiene un bloque de respuesta, y una reflexión hace preguntas abiertas",
            "quítalo o pasa la pregunta a un cuestionario",
        ),
        "ca": (
            "«{id}» té un bloc de resposta, i una reflexió fa preguntes obertes",
            "treu-lo o passa la pregunta a un qüestionari",
        ),
    },
    "E203": {
        "en": ("“{id}” has a numbered list but no type", "add “order”: <!-- {id} order -->"),
        "fr": ("« {id} » a une liste numérotée mais pas de type", "ajoutez « order » : <!-- {id} order -->"),
        "es": ("«{id}» tiene una lista numerada pero no un tipo", "añade «order»: <!-- {id} order -->"),
        "ca": ("«{id}» té una llista numerada però no un tipus", "afegeix «order»: <!-- {id} order -->"),
    },
    "E203/match": {
        "en": (
            "“{id}” has a table but no type",
            "add “match”: <!-- {id} match -->, or “open” if it is part of the question",
        ),
        "fr": (
            "« {id} » a un tableau mais pas de type",
            "ajoutez « match » : <!-- {id} match -->, ou « open » s’il fait partie de la question",
        ),
        "es": (
            "«{id}» tiene una tabla pero no un tipo",
            "añade «match»: <!-- {id} match -->, u «open» si es parte de la pregunta",
        ),
        "ca": (
            "«{id}» té una taula però no un tipus",
            "afegeix «match»: <!-- {id} match -->, o «open» si és part de la pregunta",
        ),
    },
    "E203/cloze": {
        "en": ("“{id}” has gaps but no type", "add “cloze”: <!-- {id} cloze -->"),
        "fr": ("« {id} » a des trous mais pas de type", "ajoutez « cloze » : <!-- {id} cloze -->"),
        "es": ("«{id}» tiene huecos pero no un tipo", "añade «cloze»: <!-- {id} cloze -->"),
        "ca": ("«{id}» té buits però no un tipus", "afegeix «cloze»: <!-- {id} cloze -->"),
    },
    "E204": {
        "en": ("“{id}” has no right answer", "put an x: “- [x] …”"),
        "fr": ("« {id} » n’a pas de bonne réponse", "mettez un x : « - [x] … »"),
        "es": ("«{id}» no tiene respuesta correcta", "pon una x: «- [x] …»"),
        "ca": ("«{id}» no té resposta correcta", "posa-hi una x: «- [x] …»"),
    },
    "E204/order": {
        "en": ("“{id}” has fewer than two lines to put in order", "write at least “1. …” and “2. …”"),
        "fr": ("« {id} » a moins de deux lignes à mettre dans l’ordre", "écrivez au moins « 1. … » et « 2. … »"),
        "es": ("«{id}» tiene menos de dos líneas que ordenar", "escribe al menos «1. …» y «2. …»"),
        "ca": ("«{id}» té menys de dues línies per ordenar", "escriu almenys «1. …» i «2. …»"),
    },
    "E204/match": {
        "en": ("“{id}” has no pair to match", "write a table of two columns with a header row"),
        "fr": ("« {id} » n’a pas de paire à relier", "écrivez un tableau de deux colonnes avec une ligne d’en-tête"),
        "es": ("«{id}» no tiene parejas que relacionar", "escribe una tabla de dos columnas con una fila de cabecera"),
        "ca": ("«{id}» no té parelles per relacionar", "escriu una taula de dues columnes amb una fila de capçalera"),
    },
    "E204/poll": {
        "en": ("a poll has no right answer", "write “- [ ] text”"),
        "fr": ("un sondage n’a pas de bonne réponse", "écrivez « - [ ] texte »"),
        "es": ("un sondeo no tiene respuesta correcta", "escribe «- [ ] texto»"),
        "ca": ("un sondeig no té resposta correcta", "escriu «- [ ] text»"),
    },
    "E204/list": {
        "en": ("“{id}” has no line to tick", "write one “- [ ] text” a line"),
        "fr": ("« {id} » n’a aucune ligne à cocher", "écrivez une ligne « - [ ] texte » par choix"),
        "es": ("«{id}» no tiene ninguna línea que marcar", "escribe una línea «- [ ] texto» por opción"),
        "ca": ("«{id}» no té cap línia per marcar", "escriu una línia «- [ ] text» per opció"),
    },
    "E204/one": {
        "en": ("“{id}” has one choice only", "write at least two lines “- [ ] text”"),
        "fr": ("« {id} » n’a qu’un choix", "écrivez au moins deux lignes « - [ ] texte »"),
        "es": ("«{id}» tiene una sola opción", "escribe al menos dos líneas «- [ ] texto»"),
        "ca": ("«{id}» té una sola opció", "escriu almenys dues línies «- [ ] text»"),
    },
    "E204/rubric": {
        "en": ("“{id}” has no table of criteria", "write a table: the criterion first, then a column a level"),
        "fr": (
            "« {id} » n’a pas de tableau de critères",
            "écrivez un tableau : le critère, puis une colonne par niveau",
        ),
        "es": ("«{id}» no tiene tabla de criterios", "escribe una tabla: el criterio y una columna por nivel"),
        "ca": ("«{id}» no té taula de criteris", "escriu una taula: el criteri i una columna per nivell"),
    },
    "E204/row": {
        "en": ("a row of “{id}” has not as many cells as its first row", "give it one cell a column"),
        "fr": (
            "une ligne de « {id} » n’a pas autant de cases que la première",
            "donnez-lui une case par colonne",
        ),
        "es": ("una fila de «{id}» no tiene tantas celdas como la primera", "ponle una celda por columna"),
        "ca": ("una fila de «{id}» no té tantes cel·les com la primera", "posa-hi una cel·la per columna"),
    },
    "E204/twice": {
        "en": ("two lines of “{id}” say the same", "give each its own words"),
        "fr": ("deux lignes de « {id} » disent la même chose", "donnez à chacune ses propres mots"),
        "es": ("dos líneas de «{id}» dicen lo mismo", "dale a cada una sus propias palabras"),
        "ca": ("dues línies de «{id}» diuen el mateix", "dona a cadascuna les seves paraules"),
    },
    "E204/none": {
        "en": ("the file asks nothing", "add a heading, and “<!-- {prefix}-… -->” under it"),
        "fr": ("le fichier ne demande rien", "ajoutez un titre, et « <!-- {prefix}-… --> » dessous"),
        "es": ("el archivo no pregunta nada", "añade un título y, debajo, «<!-- {prefix}-… -->»"),
        "ca": ("el fitxer no demana res", "afegeix un títol i, a sota, «<!-- {prefix}-… -->»"),
    },
    "E204/cloze": {
        "en": ("“{id}” has a gap without a right word, or no gap at all", "write “[=word]” in the text"),
        "fr": ("« {id} » a un trou sans bon mot, ou aucun trou", "écrivez « [=mot] » dans le texte"),
        "es": ("«{id}» tiene un hueco sin palabra correcta, o ningún hueco", "escribe «[=palabra]» en el texto"),
        "ca": ("«{id}» té un buit sense paraula correcta, o cap buit", "escriu «[=paraula]» al text"),
    },
    "E205": {
        "en": ("all choices of “{id}” are right", "add a wrong one: “- [ ] …”"),
        "fr": ("tous les choix de « {id} » sont justes", "ajoutez-en un faux : « - [ ] … »"),
        "es": ("todas las opciones de «{id}» son correctas", "añade una falsa: «- [ ] …»"),
        "ca": ("totes les opcions de «{id}» són correctes", "afegeix-ne una de falsa: «- [ ] …»"),
    },
    "E206": {
        "en": (
            "“{text}” in “{id}” cannot be read as a number",
            "write “12,5”, “10 ± 5”, “5..15” or “40 %”, or add “text”: <!-- {id} text -->",
        ),
        "fr": (
            "« {text} » dans « {id} » ne se lit pas comme un nombre",
            "écrivez « 12,5 », « 10 ± 5 », « 5..15 » ou « 40 % », ou ajoutez « text » : <!-- {id} text -->",
        ),
        "es": (
            "«{text}» en «{id}» no se lee como un número",
            "escribe «12,5», «10 ± 5», «5..15» o «40 %», o añade «text»: <!-- {id} text -->",
        ),
        "ca": (
            "«{text}» a «{id}» no es llegeix com un nombre",
            "escriu «12,5», «10 ± 5», «5..15» o «40 %», o afegeix «text»: <!-- {id} text -->",
        ),
    },
    "W207": {
        "en": ("the choice “{choice}” of “{id}” has no feedback", "add a line “  > …” under it"),
        "fr": ("le choix « {choice} » de « {id} » n’a pas de retour", "ajoutez une ligne « > … » en retrait dessous"),
        "es": ("la opción «{choice}» de «{id}» no tiene comentario", "añade debajo una línea con sangría «> …»"),
        "ca": ("l’opció «{choice}» de «{id}» no té comentari", "afegeix-hi a sota una línia sagnada «> …»"),
    },
    "W208": {
        "en": ("the right answer of “{id}” is much longer than the others", "shorten it, or lengthen the others"),
        "fr": (
            "la bonne réponse de « {id} » est bien plus longue que les autres",
            "raccourcissez-la, ou allongez les autres",
        ),
        "es": ("la respuesta correcta de «{id}» es mucho más larga que las demás", "acórtala o alarga las demás"),
        "ca": ("la resposta correcta de «{id}» és molt més llarga que les altres", "escurça-la o allarga les altres"),
    },
    "W209": {
        "en": ("“{choice}” rewards guessing", "name each answer instead"),
        "fr": ("« {choice} » récompense la devinette", "nommez plutôt chaque réponse"),
        "es": ("«{choice}» premia a quien adivina", "nombra cada respuesta"),
        "ca": ("«{choice}» premia qui endevina", "anomena cada resposta"),
    },
    "W210": {
        "en": ("“{id}” has {count} choices", "keep six or fewer"),
        "fr": ("« {id} » a {count} choix", "gardez-en six au plus"),
        "es": ("«{id}» tiene {count} opciones", "deja seis como mucho"),
        "ca": ("«{id}» té {count} opcions", "deixa’n sis com a màxim"),
    },
    "W211": {
        "en": ("a hint of “{id}” repeats the answer", "say where to look, not what to find"),
        "fr": ("un indice de « {id} » répète la réponse", "dites où chercher, pas ce qu’il faut trouver"),
        "es": ("una pista de «{id}» repite la respuesta", "di dónde buscar, no qué encontrar"),
        "ca": ("una pista de «{id}» repeteix la resposta", "digues on buscar, no què cal trobar"),
    },
    # 3 scenarios
    "E301": {
        "en": ("choice leads to “#{target}”, which does not exist", "did you mean “#{closest}”?"),
        "fr": ("le choix mène à « #{target} », qui n’existe pas", "vouliez-vous écrire « #{closest} » ?"),
        "es": ("la opción lleva a «#{target}», que no existe", "¿querías escribir «#{closest}»?"),
        "ca": ("l’opció porta a «#{target}», que no existeix", "volies escriure «#{closest}»?"),
    },
    "E302": {
        "en": ("scene “{scene}” leads nowhere", "add a choice “- [text](#scene)” or an ending “<!-- end: good -->”"),
        "fr": (
            "la scène « {scene} » ne mène nulle part",
            "ajoutez un choix « - [texte](#scene) » ou une fin « <!-- end: good --> »",
        ),
        "es": (
            "la escena «{scene}» no lleva a ninguna parte",
            "añade una opción «- [texto](#escena)» o un final «<!-- end: good -->»",
        ),
        "ca": (
            "l’escena «{scene}» no porta enlloc",
            "afegeix una opció «- [text](#escena)» o un final «<!-- end: good -->»",
        ),
    },
    "E302/loop": {
        "en": ("no ending can be reached from scene “{scene}”", "add a way out of the circle"),
        "fr": ("aucune fin n’est accessible depuis la scène « {scene} »", "ajoutez une sortie au cercle"),
        "es": ("desde la escena «{scene}» no se llega a ningún final", "añade una salida al círculo"),
        "ca": ("des de l’escena «{scene}» no s’arriba a cap final", "afegeix una sortida al cercle"),
    },
    "E302/none": {
        "en": ("the scenario has no scene", 'write “<a id="start"></a>” and a heading under it'),
        "fr": ("le scénario n’a pas de scène", 'écrivez « <a id="debut"></a> » et un titre dessous'),
        "es": ("el escenario no tiene escenas", 'escribe «<a id="inicio"></a>» y un título debajo'),
        "ca": ("l’escenari no té escenes", 'escriu «<a id="inici"></a>» i un títol a sota'),
    },
    "W303": {
        "en": ("scene “{scene}” cannot be reached", "lead a choice to “#{scene}” or remove it"),
        "fr": (
            "la scène « {scene} » n’est accessible de nulle part",
            "faites mener un choix à « #{scene} » ou retirez-la",
        ),
        "es": ("a la escena «{scene}» no se puede llegar", "haz que una opción lleve a «#{scene}» o quítala"),
        "ca": ("a l’escena «{scene}» no s’hi pot arribar", "fes que una opció porti a «#{scene}» o treu-la"),
    },
    "W304": {
        "en": ("the scenario has no good ending", "mark one with “<!-- end: good -->”"),
        "fr": ("le scénario n’a pas de bonne fin", "marquez-en une avec « <!-- end: good --> »"),
        "es": ("el escenario no tiene un buen final", "marca uno con «<!-- end: good -->»"),
        "ca": ("l’escenari no té un bon final", "marca’n un amb «<!-- end: good -->»"),
    },
    "W305": {
        "en": ("scene “{scene}” has {count} choices", "keep four or fewer"),
        "fr": ("la scène « {scene} » a {count} choix", "gardez-en quatre au plus"),
        "es": ("la escena «{scene}» tiene {count} opciones", "deja cuatro como mucho"),
        "ca": ("l’escena «{scene}» té {count} opcions", "deixa’n quatre com a màxim"),
    },
    # 4 languages
    "E401": {
        "en": ("“{id}” has {here} choices or lines here and {there} in {source}", "make both the same"),
        "fr": ("« {id} » a {here} choix ou lignes ici et {there} dans {source}", "mettez-en le même nombre"),
        "es": ("«{id}» tiene {here} opciones o líneas aquí y {there} en {source}", "pon las mismas en los dos"),
        "ca": ("«{id}» té {here} opcions o línies aquí i {there} a {source}", "posa’n les mateixes als dos"),
    },
    "E401/columns": {
        "en": ("“{id}” has not as many levels as in {source}", "make both the same"),
        "fr": ("« {id} » n’a pas autant de niveaux que dans {source}", "mettez-en le même nombre"),
        "es": ("«{id}» no tiene tantos niveles como en {source}", "pon los mismos en los dos"),
        "ca": ("«{id}» no té tants nivells com a {source}", "posa’n els mateixos als dos"),
    },
    "E401/right": {
        "en": ("the right answers of “{id}” do not stand where they stand in {source}", "put the x on the same lines"),
        "fr": (
            "les bonnes réponses de « {id} » ne sont pas aux mêmes places que dans {source}",
            "mettez les x sur les mêmes lignes",
        ),
        "es": (
            "las respuestas correctas de «{id}» no están en el mismo lugar que en {source}",
            "pon las x en las mismas líneas",
        ),
        "ca": (
            "les respostes correctes de «{id}» no són al mateix lloc que a {source}",
            "posa les x a les mateixes línies",
        ),
    },
    "E401/kind": {
        "en": ("“{id}” is another type of question than in {source}", "give it the same answer block and options"),
        "fr": (
            "« {id} » n’est pas le même type de question que dans {source}",
            "donnez-lui le même bloc de réponse et les mêmes options",
        ),
        "es": (
            "«{id}» no es el mismo tipo de pregunta que en {source}",
            "dale el mismo bloque de respuesta y las mismas opciones",
        ),
        "ca": (
            "«{id}» no és el mateix tipus de pregunta que a {source}",
            "dona-li el mateix bloc de resposta i les mateixes opcions",
        ),
    },
    "E401/gone": {
        "en": ("“{id}” of {source} is missing here", "translate it too"),
        "fr": ("« {id} » de {source} manque ici", "traduisez-le aussi"),
        "es": ("falta aquí «{id}» de {source}", "tradúcelo también"),
        "ca": ("falta aquí «{id}» de {source}", "tradueix-ho també"),
    },
    "E401/extra": {
        "en": ("“{id}” is not in {source}", "remove it, or add it there first"),
        "fr": ("« {id} » n’est pas dans {source}", "retirez-le, ou ajoutez-le d’abord là-bas"),
        "es": ("«{id}» no está en {source}", "quítalo o añádelo antes allí"),
        "ca": ("«{id}» no és a {source}", "treu-ho o afegeix-ho abans allà"),
    },
    "E401/order": {
        "en": ("“{id}” does not stand at the same place as in {source}", "keep the order of the source"),
        "fr": ("« {id} » n’est pas à la même place que dans {source}", "gardez l’ordre de la source"),
        "es": ("«{id}» no está en el mismo lugar que en {source}", "respeta el orden del original"),
        "ca": ("«{id}» no és al mateix lloc que a {source}", "respecta l’ordre de l’original"),
    },
    "E401/scene": {
        "en": ("scene “{id}” does not lead where it leads in {source}", "give it the same choices and the same ending"),
        "fr": ("la scène « {id} » ne mène pas où elle mène dans {source}", "donnez-lui les mêmes choix et la même fin"),
        "es": ("la escena «{id}» no lleva adonde lleva en {source}", "dale las mismas opciones y el mismo final"),
        "ca": ("l’escena «{id}» no porta on porta a {source}", "dona-li les mateixes opcions i el mateix final"),
    },
    "E401/source": {
        "en": ("“{name}”, from which this file is translated, is missing", "write it, or remove this file"),
        "fr": ("« {name} », dont ce fichier est la traduction, manque", "écrivez-le, ou retirez ce fichier"),
        "es": ("falta «{name}», del que este archivo es la traducción", "escríbelo o quita este archivo"),
        "ca": ("falta «{name}», del qual aquest fitxer és la traducció", "escriu-lo o treu aquest fitxer"),
    },
    "W402": {
        "en": ("the source has changed since this translation (sections: {count})", "read the changed sections again"),
        "fr": ("la source a changé depuis cette traduction (sections : {count})", "relisez les sections changées"),
        "es": ("el original ha cambiado desde esta traducción (apartados: {count})", "revisa los apartados cambiados"),
        "ca": ("l’original ha canviat des d’aquesta traducció (apartats: {count})", "revisa els apartats canviats"),
    },
    "W402/readme": {
        "en": ("README.md says something else than the course", "run “courses readme”"),
        "fr": ("README.md ne dit plus ce que dit le cours", "lancez « courses readme »"),
        "es": ("README.md ya no dice lo que dice el curso", "ejecuta «courses readme»"),
        "ca": ("README.md ja no diu el que diu el curs", "executa «courses readme»"),
    },
    "W403": {
        "en": ("“{name}” is missing", "translate “{source}”"),
        "fr": ("« {name} » manque", "traduisez « {source} »"),
        "es": ("falta «{name}»", "traduce «{source}»"),
        "ca": ("falta «{name}»", "tradueix «{source}»"),
    },
    "W404": {
        "en": ("this paragraph is the same as in {source}", "translate it"),
        "fr": ("ce paragraphe est le même que dans {source}", "traduisez-le"),
        "es": ("este párrafo es igual que en {source}", "tradúcelo"),
        "ca": ("aquest paràgraf és igual que a {source}", "tradueix-lo"),
    },
    # 5 media
    "E501": {
        "en": ("the file “{target}” does not exist", "add it, or correct the link"),
        "fr": ("le fichier « {target} » n’existe pas", "ajoutez-le, ou corrigez le lien"),
        "es": ("el archivo «{target}» no existe", "añádelo o corrige el enlace"),
        "ca": ("el fitxer «{target}» no existeix", "afegeix-lo o corregeix l’enllaç"),
    },
    "E501/term": {
        "en": ("“{target}” leads to a word that the glossary does not hold", "did you mean “#{closest}”?"),
        "fr": ("« {target} » mène à un mot absent du glossaire", "vouliez-vous écrire « #{closest} » ?"),
        "es": ("«{target}» lleva a una palabra que no está en el glosario", "¿querías escribir «#{closest}»?"),
        "ca": ("«{target}» porta a una paraula que no és al glossari", "volies escriure «#{closest}»?"),
    },
    "E501/termfar": {
        "en": ("“{target}” leads to a word that the glossary does not hold", "add it there, or take one of: {known}"),
        "fr": ("« {target} » mène à un mot absent du glossaire", "ajoutez-le, ou choisissez parmi : {known}"),
        "es": ("«{target}» lleva a una palabra que no está en el glosario", "añádela o elige entre: {known}"),
        "ca": ("«{target}» porta a una paraula que no és al glossari", "afegeix-la o tria entre: {known}"),
    },
    "E502": {
        "en": (
            "the image “{target}” has no alternative text",
            'describe it: “![what it shows]({target})”, or mark it “![]({target} "decorative")”',
        ),
        "fr": (
            "l’image « {target} » n’a pas de texte de remplacement",
            'décrivez-la : « ![ce qu’elle montre]({target}) », ou marquez-la « ![]({target} "decorative") »',
        ),
        "es": (
            "la imagen «{target}» no tiene texto alternativo",
            'descríbela: «![lo que muestra]({target})», o márcala «![]({target} "decorative")»',
        ),
        "ca": (
            "la imatge «{target}» no té text alternatiu",
            'descriu-la: «![el que mostra]({target})», o marca-la «![]({target} "decorative")»',
        ),
    },
    "E503": {
        "en": ("“{target}” has no transcript", "add “{transcript}” beside it"),
        "fr": ("« {target} » n’a pas de transcription", "ajoutez « {transcript} » à côté"),
        "es": ("«{target}» no tiene transcripción", "añade «{transcript}» al lado"),
        "ca": ("«{target}» no té transcripció", "afegeix «{transcript}» al costat"),
    },
    "W504": {
        "en": ("the image “{target}” weighs {size} kB", "make it lighter than 200 kB"),
        "fr": ("l’image « {target} » pèse {size} ko", "allégez-la sous 200 ko"),
        "es": ("la imagen «{target}» pesa {size} kB", "aligérala por debajo de 200 kB"),
        "ca": ("la imatge «{target}» pesa {size} kB", "alleugereix-la per sota de 200 kB"),
    },
    "W505": {
        "en": ("the file “{target}” weighs {size} kB", "make it lighter than 5 MB"),
        "fr": ("le fichier « {target} » pèse {size} ko", "allégez-le sous 5 Mo"),
        "es": ("el archivo «{target}» pesa {size} kB", "aligéralo por debajo de 5 MB"),
        "ca": ("el fitxer «{target}» pesa {size} kB", "alleugereix-lo per sota de 5 MB"),
    },
    # 6 reading
    "W601": {
        "en": ("the unit takes {minutes} minutes", "split it: fifteen at most"),
        "fr": ("l’étape dure {minutes} minutes", "coupez-la : quinze au plus"),
        "es": ("el paso dura {minutes} minutos", "pártelo: quince como mucho"),
        "ca": ("el pas dura {minutes} minuts", "parteix-lo: quinze com a màxim"),
    },
    "W602": {
        "en": ("a sentence has {count} words", "cut it: thirty-five at most"),
        "fr": ("une phrase compte {count} mots", "coupez-la : trente-cinq au plus"),
        "es": ("una frase tiene {count} palabras", "córtala: treinta y cinco como mucho"),
        "ca": ("una frase té {count} paraules", "talla-la: trenta-cinc com a màxim"),
    },
    "W603": {
        "en": ("the heading “{title}” skips a level", "write it with {marks}"),
        "fr": ("le titre « {title} » saute un niveau", "écrivez-le avec {marks}"),
        "es": ("el título «{title}» se salta un nivel", "escríbelo con {marks}"),
        "ca": ("el títol «{title}» se salta un nivell", "escriu-lo amb {marks}"),
    },
    "W604": {
        "en": ("the link “{text}” does not say where it leads", "name what is behind it"),
        "fr": ("le lien « {text} » ne dit pas où il mène", "nommez ce qu’il y a derrière"),
        "es": ("el enlace «{text}» no dice adónde lleva", "nombra lo que hay detrás"),
        "ca": ("l’enllaç «{text}» no diu on porta", "anomena el que hi ha al darrere"),
    },
    "W605": {
        "en": ("the lesson has no objective", "add “objectives:” with one or two lines that start with a verb"),
        "fr": (
            "la leçon n’a pas d’objectif",
            "ajoutez « objectives: » avec une ou deux lignes qui commencent par un verbe",
        ),
        "es": ("la lección no tiene objetivos", "añade «objectives:» con una o dos líneas que empiecen por un verbo"),
        "ca": ("la lliçó no té objectius", "afegeix «objectives:» amb una o dues línies que comencin amb un verb"),
    },
    "W606": {
        "en": ("the lesson has neither a question nor a commitment", "add one: something to try in one’s space"),
        "fr": ("la leçon n’a ni question ni engagement", "ajoutez-en un : quelque chose à essayer dans son espace"),
        "es": ("la lección no tiene ni pregunta ni compromiso", "añade uno: algo que probar en el propio espacio"),
        "ca": ("la lliçó no té ni pregunta ni compromís", "afegeix-ne un: alguna cosa per provar al propi espai"),
    },
}


for _texts in CATALOGUE.values():
    _sentence, _fix = _texts["fr"]
    _texts["fr"] = (space_signs(_sentence), space_signs(_fix))


def tell(key: str, fields: Mapping[str, str], lang: str) -> Message:
    """Give the sentence and the fix of a finding.

    Takes the key of the catalogue (a code, perhaps with a variant), the fields and a language; a language that has no
    messages is answered in English. Raises KeyError for a key or field that does not exist.
    """
    texts = CATALOGUE[key]
    sentence, fix = texts.get(lang) or texts["en"]
    return sentence.format_map(fields), fix.format_map(fields)
