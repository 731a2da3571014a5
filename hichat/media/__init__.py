"""
Media: files that users upload and messages name.

    types      what a file is, by its content: of films (matroska, mp4, ogg), sound and documents
    metadata   pictures taken apart: what is kept, what a decoder gets, what cameras have written into them
    colours    what the numbers of a picture mean, in sRGB
    pictures   their size, their thumbnails, and whether they are whole
    folder     the directory: a file is there whole, or not at all
    names      what files are called
    addresses  the URLs of files, and what makes them hard to guess
    records    the tables: whose a file is, which messages use it, who may see it
    media      all of it together: keeping, showing, and removing what nobody uses
"""
