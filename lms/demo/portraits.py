"""What the spaces of the demonstration say about themselves, each in the language of its side of the Pyrenees. Pure."""

from __future__ import annotations

from random import Random
from typing import Any

from lms.demo.places import SPACE, Place

#: What a space was before, by the name it kept; one sentence for each name of `places.SPACE`, in its order.
ORIGIN: dict[str, tuple[str, ...]] = {
    "fr": (
        "Dans l’ancienne filature, sous les verrières, la table commune a pris la place du dernier métier.",
        "Une bergerie remise debout au-dessus du village, avec le poêle au milieu et la vallée devant.",
        "Au bord du lavoir, la salle du bas reste fraîche l’été et bruisse d’eau toute l’année.",
        "L’ancienne remise aux attelages s’ouvre sur la place par deux grandes portes, fermées seulement l’hiver.",
        "Le four du village est rallumé un samedi par mois ; les autres jours, on travaille autour.",
        "Sous les toits de l’ancienne école, l’atelier donne sur les crêtes par six lucarnes.",
        "La grange a gardé ses poutres, le foin en moins ; le haut est au calme, le bas à la conversation.",
        "Le préau de l’école fermée en 2009 est vitré ; la cour sert encore, entre midi et deux.",
        "Sous la halle, côté marché : le vendredi, il faut parler un peu plus fort.",
        "Le moulin tourne toujours, pour l’électricité cette fois, et la salle des meules est la plus demandée.",
        "De la scierie restent le grand hangar et l’odeur ; on y a posé des bureaux, une cuisine, un atelier.",
        "C’était le relais de poste, puis un café ; on y trouve encore un comptoir, et des voisins accoudés.",
        "Derrière les guichets de l’ancienne poste : quatre bureaux fermés, une grande table, un point d’accueil le mardi.",
        "L’ancien pressoir communal, à deux pas de la gare, avec une terrasse plein sud.",
        "Une cabane de chantier agrandie trois fois par ses habitués, la dernière en bois de la vallée.",
    ),
    "es": (
        "Una borda rehabilitada por vecinos, con la estufa en el centro y el valle delante.",
        "Junto al lavadero, la sala de abajo se mantiene fresca en verano y suena a agua todo el año.",
        "En la escuela que cerró en 2011; el patio sigue abierto y el encerado también se usa.",
        "El molino vuelve a girar, ahora para la luz, y la sala de las muelas es la más solicitada.",
        "De la fragua quedan el fuelle y la piedra; alrededor hay ocho puestos y una mesa larga.",
        "El pajar conserva las vigas: arriba se trabaja en silencio, abajo se habla.",
        "La herrería del pueblo, con el portalón a la plaza y la luz de la mañana.",
        "El horno se enciende un sábado al mes; los demás días se trabaja a su alrededor.",
        "En la antigua estación, con el andén como terraza y el tren que ya no pasa.",
        "Donde estuvo el telar comunal hay ahora una mesa común y dos salas para llamadas.",
        "La casa nueva es de 1931; el Ayuntamiento cedió la planta baja y los vecinos la pintaron.",
        "El granero guarda el fresco en agosto y el calor en enero, que aquí se agradece.",
        "En la nave de la cooperativa, entre la báscula y la oficina, con cocina para todos.",
        "Un refugio al pie del puerto: oficina entre semana, sala de montaña el fin de semana.",
        "En la plaza, con los soportales delante; el día de mercado hay que hablar un poco más alto.",
    ),
    "ca": (
        "El forn s’encén un dissabte al mes; els altres dies s’hi treballa al voltant.",
        "Una casa del carrer de dalt que el poble va arreglar a jova, amb l’hort al darrere.",
        "De la farga queden el mall i el canal; al voltant hi ha vuit taules i una cuina.",
        "El paller conserva les bigues: a dalt es treballa en silenci, a baix s’hi conversa.",
        "Sobre l’era, amb el sol de la tarda i la vall al davant.",
        "On hi havia els telers hi ha una taula llarga i dues sales per trucar.",
        "El molí torna a girar, ara per fer llum, i la sala de les moles és la més demanada.",
        "A l’escola que va tancar el 2010; el pati continua obert i la pissarra també es fa servir.",
        "A la rectoria, amb parets gruixudes, bona xarxa i la claror del claustre petit.",
        "Al costat del safareig, la sala de baix és fresca a l’estiu i hi sona l’aigua tot l’any.",
        "L’antiga ferreria, amb el portal a la plaça i l’enclusa que fa de faristol.",
        "Una cabana d’obra ampliada tres vegades per la seva gent, l’última amb fusta de la vall.",
        "Sota els porxos del mercat: els divendres cal parlar una mica més fort.",
        "La fusteria encara fa olor de pi; el banc llarg és ara la taula de tothom.",
        "El celler de la cooperativa, fresc i silenciós, amb una terrassa de cara a les vinyes.",
    ),
}  # fmt: skip
#: Theme -> what the space is good at, and how that is lived there.
VOCATION: dict[str, dict[str, tuple[str, str]]] = {
    "fr": {
        "making": ("Réparer plutôt que jeter : un atelier partagé et un café réparation chaque mois.",
                   "Chaque premier samedi, on y répare vélos, radios et fermetures éclair avec qui passe."),
        "food": ("Réunir fermes et cantines autour d’un même carnet de commandes.",
                 "Trois fermes y tiennent leur permanence et la commande groupée part le jeudi."),
        "mountain": ("Accueillir celles et ceux dont le bureau est dehors : accompagnement, bois, estive.",
                     "À l’automne, les accompagnateurs y préparent la saison et les éleveurs leurs dossiers."),
        "culture": ("Garder la mémoire du village et en faire des soirées qui remplissent la salle.",
                    "On y numérise les photos des familles, et deux veillées par saison les racontent."),
        "digital": ("Travailler à distance, à la montagne, sans s’isoler.",
                    "La fibre est arrivée avant la boulangerie ; le déjeuner du mardi rattrape le reste."),
        "care": ("Relayer les aidants : une permanence, des repas, quelqu’un qui rappelle.",
                 "L’infirmière libérale y a son bureau et le mercredi est le jour des aidants."),
        "crafts": ("Vivre d’un métier d’art loin des villes : prix justes, commandes, apprentissage.",
                   "Laine, bois et terre se partagent l’atelier ; la boutique ouvre l’été."),
        "newcomers": ("Aider à s’installer : logement, école, travail, et les premiers voisins.",
                      "Qui arrive y trouve une adresse, un café et la liste des maisons à louer."),
    },
    "es": {
        "making": ("Reparar antes que tirar: un taller compartido y un café de reparación al mes.",
                   "El primer sábado se arreglan bicis, radios y cremalleras con quien pase."),
        "food": ("Juntar huertas y comedores en un mismo cuaderno de pedidos.",
                 "Tres explotaciones atienden aquí y el pedido común sale los jueves."),
        "mountain": ("Acoger a quien tiene la oficina fuera: guías, monte, ganado.",
                     "En otoño los guías preparan la temporada y los ganaderos sus papeles."),
        "culture": ("Guardar la memoria del pueblo y convertirla en noches que llenan la sala.",
                    "Se digitalizan las fotos de las familias y dos veladas por temporada las cuentan."),
        "digital": ("Trabajar a distancia en la montaña sin quedarse a solas.",
                    "La fibra llegó antes que la panadería; la comida de los martes hace el resto."),
        "care": ("Dar relevo a quien cuida: una hora fija, comidas, alguien que llama.",
                 "La trabajadora social atiende los miércoles, que es el día de quienes cuidan."),
        "crafts": ("Vivir de un oficio lejos de la ciudad: precios justos, encargos, aprendizaje.",
                   "Lana, madera y barro comparten taller; la tienda abre en verano."),
        "newcomers": ("Ayudar a instalarse: casa, escuela, trabajo y los primeros vecinos.",
                      "Quien llega encuentra una dirección, un café y la lista de casas en alquiler."),
    },
    "ca": {
        "making": ("Reparar abans que llençar: un taller compartit i un cafè de reparació cada mes.",
                   "El primer dissabte s’hi arreglen bicis, ràdios i cremalleres amb qui passi."),
        "food": ("Aplegar horts i menjadors en un mateix quadern de comandes.",
                 "Tres pagesies hi atenen i la comanda comuna surt els dijous."),
        "mountain": ("Acollir qui té l’oficina a fora: guies, bosc, ramat.",
                     "A la tardor els guies hi preparen la temporada i els ramaders els papers."),
        "culture": ("Guardar la memòria del poble i fer-ne vetllades que omplen la sala.",
                    "S’hi digitalitzen les fotos de les famílies i dues vetllades per temporada les expliquen."),
        "digital": ("Treballar a distància a muntanya sense quedar-s’hi a soles.",
                    "La fibra va arribar abans que el forn de pa; el dinar dels dimarts fa la resta."),
        "care": ("Fer relleu a qui cuida: una hora fixa, àpats, algú que truca.",
                 "La treballadora social hi atén els dimecres, que és el dia de qui cuida."),
        "crafts": ("Viure d’un ofici lluny de ciutat: preus justos, encàrrecs, aprenentatge.",
                   "Llana, fusta i fang comparteixen taller; la botiga obre a l’estiu."),
        "newcomers": ("Ajudar a instal·lar-se: casa, escola, feina i els primers veïns.",
                      "Qui arriba hi troba una adreça, un cafè i la llista de cases de lloguer."),
    },
}  # fmt: skip
#: Territory -> what is spoken there besides the language of the space.
BESIDES: dict[str, str] = {
    "pays-basque": "eu", "bearn": "oc", "bigorre": "oc", "comminges": "oc", "couserans": "oc", "haute-ariege": "oc",
    "conflent": "ca", "valls-navarra": "eu", "jacetania": "an", "sobrarbe": "an", "ribagorza": "ca an", "pallars": "es",
    "cerdanya": "es fr", "andorra": "es fr",
}  # fmt: skip
#: One person in so many shows themself to the network, and one in twice as many to everybody.
SHOWN = 4


def portrait(place: Place, rng: Random) -> dict[str, Any]:
    """Languages, theme, vocation and text of a space, as columns."""
    theme = rng.choice(sorted(VOCATION[place.lang]))
    good_at, lived = VOCATION[place.lang][theme]
    origin = ORIGIN[place.lang][SPACE[place.lang].index(place.name)]
    english = ["en"] if rng.random() < 0.3 else []
    return {
        "languages": " ".join([place.lang, *BESIDES[place.territory].split(), *english]),
        "theme": theme,
        "good_at": good_at,
        "about": f"{origin} {lived}",
    }


def seen(rng: Random) -> str:
    """To whom somebody shows that they belong to their space."""
    return rng.choice(("public", "network", *["no"] * (2 * SHOWN - 2)))
