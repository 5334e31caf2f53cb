"""The text that the tokenizer of t5-tiny is trained on, written for this purpose. A line is one document."""

LINES = """
Anna: Did you remember to water the tomatoes? Ben: I did, but the hose is leaking again.
Summarize the following conversation. Ben repaired the hose, and Anna thanked him for his help.
The ferry leaves the harbour at half past seven, so we should be at the pier by seven.
Nobody in the village could explain why the clock in the tower had started to run backwards.
Carla asked the librarian for a map of the old tramway, and he found one from 1931.
Tom: How much is the blue bicycle? Seller: It is 120 euros, but I can give it to you for 100.
Tom bought a blue bicycle for 100 euros after a short conversation with the seller.
If the bread has not risen after two hours, put it somewhere warmer and wait a little longer.
She wrote the letter three times, tore it up three times, and then simply called him.
Translate English to German: The weather is good today and the children are playing outside.
The committee will meet on Thursday, 14 March, at 10:30 in the small room on the second floor.
Dana: I can't find my glasses anywhere! Eli: They're on your head, as usual.
Eli tells Dana that her glasses are on her head.
A storm took the roof off the barn, but the owls that lived there came back the next night.
Question: What is the capital of the island? Answer: The island has no capital, only a market town.
Please keep the receipt; without it we cannot exchange the shoes or return your money.
Water boils at a lower temperature in the mountains because the pressure of the air is lower.
My grandmother said that a good soup needs time, salt, and somebody who is hungry.
Frank: Are you coming to the concert? Gita: I have to work late, but I will try to be there by nine.
Gita may come to the concert at nine because she has to work late.
The engineers measured the bridge again and found that it had moved by less than a millimetre.
He speaks quietly, listens carefully, and rarely changes his mind.
Is the following review positive or negative? The film was slow, but I did not want it to end.
The museum is closed on Mondays, except in August, when it is open every day of the week.
Hanna: My train is delayed by forty minutes. Ivo: No problem, I will wait for you at the station.
Ivo will wait for Hanna at the station because her train is delayed.
We counted seventeen swans, two herons, and one very angry goose.
The price of apples went up from 2.10 to 2.45 between spring and autumn.
Once upon a time there was a lighthouse keeper who was afraid of the dark.
Every morning the baker left a warm roll on the window sill for the girl from across the street.
Jana: Could you explain the homework to me? Karl: Sure, let's start with the second exercise.
Karl helps Jana with her homework and they begin with the second exercise.
The computer reads the file line by line and writes the words that it does not know to a list.
It's a long way down, so don't look unless you have to.
The doctor told him to rest, to drink plenty of water, and to stop reading about his illness.
There are few places in this city where you can hear the river and not the road.
Lena: What would you like to drink? Milo: A coffee with milk, please, and a glass of water.
Milo orders a coffee with milk and a glass of water from Lena.
The teacher drew a triangle on the board and asked which of its sides was the longest.
When the lights went out, somebody laughed, somebody swore, and somebody began to sing.
I would rather walk for an hour in the rain than sit for an hour in that waiting room.
The new library has more chairs than books, which the students seem to like.
Nora: The printer is out of paper. Otto: There is some in the cupboard under the stairs.
Otto tells Nora where she can find paper for the printer.
Write a short story about a dog, a broken umbrella, and a secret that nobody wanted to keep.
The garden was small, but from the bench under the pear tree one could see all the way to the sea.
Our neighbours have invited us to dinner on Saturday, and I have promised to bring a cake.
The model was trained for two days, and its answers were still worse than those of a simple rule.
Pia: Shall we take the bus or walk? Quentin: Let's walk, the weather is lovely this afternoon.
Pia and Quentin decide to walk because the weather is lovely.
You should never trust a map that was drawn by somebody who wants to sell you the land.
The answer is not always in the book; sometimes it is in the question.
The cat watched the snow fall, put one paw outside, and decided to stay at home.
Rosa: I lost my phone yesterday. Sam: Have you asked at the office? Rosa: Not yet, I'll go now.
Rosa lost her phone and will ask for it at the office.
An electron, a proton, and a neutron walk into a bar; the neutron drinks free of charge.
Between the two mountains lies a valley in which the sun does not shine from November to February.
He had been a sailor, a cook, and a teacher of mathematics, and he had liked being a cook best.
Thank you for your message. I am away until Monday and will answer when I return.
Tina: How was the interview? Uwe: Better than I expected, they want to see me again next week.
Uwe's interview went well, and he will be invited again next week.
The quick brown fox jumps over the lazy dog while five wizards box very quietly.
Copy the numbers 0 1 2 3 4 5 6 7 8 9 into the first column and their squares into the second.
What is the difference between a forest and a large number of trees?
"""


def lines():
    return LINES.strip().split("\n")
