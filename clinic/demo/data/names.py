"""Invented names by community and generation, so that families sound like families."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Community:
    """First names by sex (`elder` for those over 60), last names, and what is spoken at home."""

    last: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    elder_women: tuple[str, ...]
    elder_men: tuple[str, ...]
    language: str = "en"
    weight: int = 1


def _w(words: str) -> tuple[str, ...]:
    return tuple(words.split())


COMMUNITIES: tuple[Community, ...] = (
    Community(
        last=_w(
            "Anderson Baker Bauer Becker Bennett Brandt Campbell Carlson Clark Collins Cooper Davis Dawson "
            "Ellis Evans Fischer Foster Gallagher Graham Hansen Harper Hayes Hughes Jensen Keller Kelly Larson "
            "Lawson McCarthy Mercer Meyer Miller Murphy Nelson Novak Olson Palmer Parker Peterson Porter Quinn "
            "Reed Reynolds Riley Schmidt Schultz Shaw Simmons Sullivan Thompson Turner Vaughn Wagner Walsh "
            "Weber Whitaker Wood Yates Zimmerman"
        ),
        women=_w(
            "Amanda Amber Ashley Brooke Caitlin Christine Courtney Danielle Emily Erin Heather Jennifer Jessica "
            "Julie Karen Katherine Kelly Kimberly Laura Lauren Lisa Megan Melissa Michelle Molly Nicole Rachel "
            "Rebecca Sarah Stephanie Tracy"
        ),
        men=_w(
            "Adam Andrew Brandon Brian Chad Christopher Craig Derek Eric Gregory Jason Jeffrey Joshua Keith Kevin "
            "Kyle Mark Matthew Michael Nathan Nicholas Patrick Paul Ryan Scott Sean Steven Timothy Todd Tyler"
        ),
        girls=_w(
            "Abigail Addison Amelia Ava Avery Brooklyn Charlotte Chloe Ella Evelyn Grace Hailey Hannah Harper "
            "Hazel Isla Leah Lily Lucy Madison Nora Olivia Paige Piper Quinn Riley Ruby Violet Willow Zoey"
        ),
        boys=_w(
            "Asher Austin Benjamin Caleb Carter Cole Connor Dylan Eli Ethan Everett Gavin Henry Hudson Hunter "
            "Isaac Jack Jacob Landon Levi Logan Lucas Mason Miles Noah Oliver Owen Parker Theodore Wyatt"
        ),
        elder_women=_w(
            "Barbara Beverly Carol Diane Donna Doris Dorothy Eleanor Frances Gloria Helen Janet Jean Joan Joyce "
            "Judith Lois Margaret Marilyn Marjorie Martha Nancy Patricia Phyllis Ruth Sandra Shirley Virginia"
        ),
        elder_men=_w(
            "Arthur Carl Charles Clarence David Donald Douglas Earl Eugene Francis Frank George Gerald Harold "
            "Howard James Kenneth Larry Leonard Norman Ralph Raymond Richard Robert Roger Ronald Russell Walter"
        ),
        weight=46,
    ),
    Community(
        last=_w(
            "Alvarado Aguilar Cabrera Castillo Cervantes Contreras Delgado Dominguez Espinoza Fuentes Garcia Guerrero "
            "Gutierrez Hernandez Ibarra Jimenez Lozano Marquez Medina Mendoza Montoya Morales Navarro Ochoa Ortega "
            "Ortiz Pacheco Ramirez Reyes Rios Romero Rosales Salazar Sandoval Serrano Solis Torres Valencia Vargas "
            "Zamora Núñez Peña Ibáñez"
        ),
        women=_w(
            "Adriana Alejandra Ana Beatriz Carolina Claudia Daniela Elena Gabriela Guadalupe Isabel Karina Leticia "
            "Lorena Lucía Maria Mariana Marisol Monica Paola Patricia Rosa Sofía Veronica Yesenia"
        ),
        men=_w(
            "Alejandro Andrés Antonio Carlos Diego Eduardo Enrique Fernando Francisco Gerardo Hector Javier Jesús "
            "Jorge José Juan Luis Manuel Marco Miguel Oscar Rafael Ramon Ricardo Roberto Sergio"
        ),
        girls=_w(
            "Alondra Camila Daniela Emilia Esmeralda Isabella Jimena Luna Mia Natalia Renata Sofía Valentina Valeria Ximena"
        ),
        boys=_w(
            "Adrián Angel Damián Diego Emiliano Gael Iker Isaac Jaden Julián Leonardo Mateo Santiago Sebastián Thiago"
        ),
        elder_women=_w(
            "Amparo Aurora Carmen Concepción Dolores Esperanza Graciela Guadalupe Josefina Juana Luz Margarita Ofelia Teresa"
        ),
        elder_men=_w(
            "Alfonso Alfredo Arturo Ernesto Felipe Guillermo Ignacio Jorge Leopoldo Pedro Raúl Rodolfo Salvador Vicente"
        ),
        language="es",
        weight=22,
    ),
    Community(
        last=_w(
            "Bailey Banks Booker Broadnax Coleman Dixon Fields Franklin Gaines Glover Grant Greene Hampton Holloway "
            "Jefferson Jenkins Joyner Lockhart Mosley Pettway Randolph Robinson Simms Spencer Tillman Tucker "
            "Washington Webb Whitfield Wiggins Winston"
        ),
        women=_w(
            "Aisha Alicia Candace Crystal Danielle Ebony Erica Imani Jasmine Kenya Keisha Latoya Monique Nia Renee "
            "Simone Tamika Tanya Tiffany Whitney"
        ),
        men=_w(
            "Andre Anthony Antoine Brandon Curtis Darnell Darius Derrick Dwayne Jamal Jerome Kendrick Lamar Malcolm "
            "Marcus Maurice Reginald Terrence Travis Xavier"
        ),
        girls=_w(
            "Aaliyah Amari Aniyah Brielle Gianna Imani Jada Kayla Kennedy Laila Makayla Naomi Nyla Serenity Zuri"
        ),
        boys=_w(
            "Amir Caleb Cameron Chase Elijah Isaiah Jalen Jayden Jeremiah Josiah Kaiden Malachi Micah Xavier Zion"
        ),
        elder_women=_w(
            "Bernice Bessie Clara Ernestine Ethel Gladys Hattie Lillie Mattie Mildred Odessa Pearl Rosetta Vera"
        ),
        elder_men=_w(
            "Alvin Booker Cleveland Ellis Elijah Ernest Freddie Isaiah Leroy Nathaniel Otis Roosevelt Samuel Willie"
        ),
        weight=14,
    ),
    Community(
        last=_w(
            "Agarwal Bhatt Chowdhury Desai Gupta Iyer Joshi Kapoor Khan Kulkarni Mehta Nair Patel Rao Reddy Shah Sharma Singh Verma"
        ),
        women=_w(
            "Anita Anjali Deepa Divya Kavita Lakshmi Meera Neha Pooja Priya Radhika Rekha Shreya Sunita Swati"
        ),
        men=_w(
            "Ajay Amit Anil Arjun Deepak Kiran Manish Nikhil Pranav Rahul Rajesh Rohan Sanjay Suresh Vikram"
        ),
        girls=_w("Aanya Anika Diya Isha Kavya Maya Myra Riya Saanvi Tara"),
        boys=_w("Aarav Arjun Dev Ishaan Kabir Krish Nikhil Rohan Vihaan Veer"),
        elder_women=_w("Indira Kamala Lalita Nirmala Padma Pushpa Savitri Shanta Usha Vimala"),
        elder_men=_w("Ashok Bhaskar Dinesh Gopal Harish Krishnan Mohan Prakash Ramesh Vinod"),
        weight=5,
    ),
    Community(
        last=_w("Chan Chang Chen Cheng Huang Kim Lee Lin Liu Park Wang Wong Wu Yang Zhang Zhao Choi Cho"),
        women=_w(
            "Amy Angela Christina Connie Fiona Grace Hannah Ivy Jenny Joyce Linda Mei Michelle Susan Vivian"
        ),
        men=_w(
            "Albert Alex Andrew Benjamin Calvin Daniel David Eric Henry Jason Kevin Peter Raymond Steven Vincent"
        ),
        girls=_w("Alina Chloe Claire Elaine Emma Kaylee Mina Sophie Yuna Zoe"),
        boys=_w("Aiden Brandon Ethan Ian Jayden Jonah Leo Lucas Nathan Ryan"),
        elder_women=_w("Hui Lan Li Mei-Ling Ming Myung Shu Soon-Ja Xiu Ying"),
        elder_men=_w("Chung Guo Hong Jian Jin Kwang Ming Sung-Ho Wei Young-Ho"),
        language="zh",
        weight=4,
    ),
    Community(
        last=_w("Bui Cao Dang Dinh Do Duong Hoang Huynh Lam Le Luong Ngo Nguyen Pham Phan Tran Truong Vo Vu"),
        women=_w("Anh Diep Hanh Hong Huong Kim Lan Linh Loan Mai My Ngoc Phuong Thao Thuy Trang Tuyet Van"),
        men=_w("An Binh Cuong Dung Duc Hai Hieu Hung Khanh Long Minh Nam Phong Quang Son Thanh Tien Tuan"),
        girls=_w("Emily Jasmine Kaylin Lily Mia Natalie Sophia Tiffany Vivian Vy"),
        boys=_w("Andy Brian Dylan Ethan Jayden Kenny Liam Ryan Tony Vincent"),
        elder_women=_w("Bich Cuc Hoa Lien Nga Nhung Sen Tam Thi Xuan"),
        elder_men=_w("Bao Chien Dat Hoa Khoa Loc Phuc Tai Tho Vinh"),
        language="vi",
        weight=3,
    ),
    Community(
        last=_w(
            "Abdi Ahmed Ali Farah Haddad Hassan Hussein Ibrahim Jama Khalil Mansour Mohamud Nasser Osman Rahman Saleh Warsame Yusuf"
        ),
        women=_w(
            "Amina Asha Fadumo Fatima Hodan Layla Leila Maryam Nadia Nasra Rania Safiya Samira Yasmin Zahra"
        ),
        men=_w(
            "Abdullah Ahmed Bilal Hamza Hassan Ibrahim Idris Ismail Khalid Mahad Mustafa Omar Samir Yusuf Zakaria"
        ),
        girls=_w("Aisha Amal Hafsa Iman Khadija Mariam Noor Salma Sumaya Zaynab"),
        boys=_w("Adam Ayub Elias Hamza Ilyas Kareem Musa Rayan Yahya Zayd"),
        elder_women=_w("Amina Faiza Halima Khadra Mariam Nadia Ruqayah Safia Sahra Zainab"),
        elder_men=_w("Abdi Farid Habib Hassan Jamil Mahmoud Mohamed Nabil Said Yusuf"),
        language="so",
        weight=3,
    ),
    Community(
        last=_w(
            "Adamczyk Borkowski Dudek Jankowski Kaminski Kowalski Lis Majewski Mazur Nowicki Pawlak Sikora Wojcik Zielinski"
        ),
        women=_w("Agnieszka Anna Barbara Beata Dorota Ewa Iwona Joanna Katarzyna Magda Monika Renata"),
        men=_w("Adam Andrzej Grzegorz Jacek Jan Krzysztof Marcin Marek Pawel Piotr Tomasz Wojciech"),
        girls=_w("Alicja Emma Hanna Julia Lena Maja Natalia Oliwia Sofia Zofia"),
        boys=_w("Adam Aleksander Dominik Filip Jakub Jan Kacper Leon Oskar Szymon"),
        elder_women=_w("Danuta Halina Irena Jadwiga Krystyna Stanislawa Teresa Wanda Zdzislawa Zofia"),
        elder_men=_w("Bogdan Czeslaw Edward Henryk Jerzy Kazimierz Roman Stefan Wladyslaw Zbigniew"),
        language="pl",
        weight=3,
    ),
)

STREETS = (
    "Maple Street", "Oak Street", "Birch Lane", "Cedar Avenue", "Elm Street", "Walnut Street", "Prairie Road",
    "Mill Road", "Church Street", "Station Road", "Lakeview Drive", "Harvest Lane", "Sycamore Court",
    "Orchard Avenue", "Willow Bend", "Depot Street", "Riverside Drive", "County Road 12", "School Street",
    "Highland Avenue", "Linden Place", "Meadow Lane", "Foundry Street", "Grant Avenue", "Quarry Road",
)  # fmt: skip
# Invented towns; the ZIP codes are assigned to no place.
TOWNS = (
    ("Maple Falls", "62990"),
    ("Alder Grove", "62991"),
    ("Pinckney Mills", "62993"),
    ("Tolland", "62994"),
)
AREA_CODES = ("217", "309", "618", "815", "779", "447", "464", "730", "861", "224")
MAIL_HOSTS = ("example.org", "example.com", "example.net", "mail.test")
OCCUPATION_NOTES = (
    "Prefers mornings", "Works nights, call after 2 PM", "Hard of hearing, face when speaking",
    "Uses a walker, give room 1", "Brings her own blood pressure log", "Needs work note at each visit",
    "Afraid of needles, have her lie down", "Ride from county transit, tell driver when done",
    "Call daughter with results", "Reads Spanish only, printed forms in Spanish",
)  # fmt: skip
