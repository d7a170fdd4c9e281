// verify_log BASE: checks a transparency log with the packages that Go's own checksum database uses.
//
// BASE is a folder or an address (http://…) with `vkey`, `checkpoint` and `tile/…` below it. Beside them,
// `proofs.json` may hold proofs to check:
//
//	{"included": [{"index": 3, "leaf": "<hash>", "hashes": ["<hash>", …]}, …],
//	 "consistent": [{"size": 2, "root": "<hash>", "hashes": ["<hash>", …]}, …]}
//
// Exit 0 valid (with what was found), 1 not valid (with the reason on standard error), 2 wrong use.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index  int64       `json:"index"`
	Leaf   tlog.Hash   `json:"leaf"`
	Hashes []tlog.Hash `json:"hashes"`
}

type consistency struct {
	Size   int64       `json:"size"`
	Root   tlog.Hash   `json:"root"`
	Hashes []tlog.Hash `json:"hashes"`
}

type proofs struct {
	Included   []inclusion   `json:"included"`
	Consistent []consistency `json:"consistent"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: verify_log BASE")
		os.Exit(2)
	}
	found, err := verify(source(os.Args[1]))
	if err != nil {
		fmt.Fprintln(os.Stderr, "not valid:", err)
		os.Exit(1)
	}
	fmt.Println(found)
}

func verify(base source) (string, error) {
	origin, tree, err := checkpoint(base)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	given, err := readProofs(base)
	if err != nil {
		return "", fmt.Errorf("proofs.json: %w", err)
	}
	if tree.N > 0 {
		if err := checkTiles(tree, tlog.TileHashReader(tree, base), given); err != nil {
			return "", err
		}
	}
	format := "%s: size %d, root %s, %d inclusion proofs, %d consistency proofs"
	return fmt.Sprintf(format, origin, tree.N, tree.Hash, len(given.Included), len(given.Consistent)), nil
}

// checkpoint verifies the signed note before it reads the three lines in it.
func checkpoint(base source) (string, tlog.Tree, error) {
	vkey, err := base.read("vkey")
	if err != nil {
		return "", tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return "", tlog.Tree{}, err
	}
	signed, err := base.read("checkpoint")
	if err != nil {
		return "", tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return "", tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return "", tlog.Tree{}, fmt.Errorf("text %q is not three lines of %s", opened.Text, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return lines[0], tlog.Tree{N: size, Hash: root}, err
}

func readProofs(base source) (given proofs, err error) {
	text, err := base.read("proofs.json")
	if errors.Is(err, fs.ErrNotExist) {
		return given, nil
	}
	if err != nil {
		return given, err
	}
	return given, json.Unmarshal(text, &given)
}

// checkTiles computes the root from the tiles, proves a few leaves and older sizes from them, and checks what was given.
func checkTiles(tree tlog.Tree, tiles tlog.HashReader, given proofs) error {
	root, err := tlog.TreeHash(tree.N, tiles)
	if err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	if root != tree.Hash {
		return fmt.Errorf("tiles: root %s is not the checkpoint's", root)
	}
	for _, index := range []int64{0, tree.N / 2, tree.N - 1} {
		if err := checkIncluded(tree, tiles, index, nil); err != nil {
			return fmt.Errorf("leaf %d: %w", index, err)
		}
		if err := checkConsistent(tree, tiles, index+1, nil); err != nil {
			return fmt.Errorf("size %d: %w", index+1, err)
		}
	}
	for i := range given.Included {
		if err := checkIncluded(tree, tiles, given.Included[i].Index, &given.Included[i]); err != nil {
			return fmt.Errorf("leaf %d: %w", given.Included[i].Index, err)
		}
	}
	for i := range given.Consistent {
		if err := checkConsistent(tree, tiles, given.Consistent[i].Size, &given.Consistent[i]); err != nil {
			return fmt.Errorf("size %d: %w", given.Consistent[i].Size, err)
		}
	}
	return nil
}

// checkIncluded proves a leaf from the tiles and, where a proof is given, checks that one and compares it.
func checkIncluded(tree tlog.Tree, tiles tlog.HashReader, index int64, given *inclusion) error {
	leaves, err := tiles.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(tree.N, index, tiles)
	if err != nil {
		return err
	}
	if given == nil {
		return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaves[0])
	}
	if err := tlog.CheckRecord(given.Hashes, tree.N, tree.Hash, index, given.Leaf); err != nil {
		return err
	}
	if given.Leaf != leaves[0] || !same(given.Hashes, proof) {
		return errors.New("the proof is not that of the tiles")
	}
	return nil
}

// checkConsistent proves an older size from the tiles and, where a proof is given, checks that one and compares it.
func checkConsistent(tree tlog.Tree, tiles tlog.HashReader, size int64, given *consistency) error {
	root, err := tlog.TreeHash(size, tiles)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, size, tiles)
	if err != nil {
		return err
	}
	if given == nil {
		return tlog.CheckTree(proof, tree.N, tree.Hash, size, root)
	}
	if err := tlog.CheckTree(given.Hashes, tree.N, tree.Hash, size, given.Root); err != nil {
		return err
	}
	if given.Root != root || !same(given.Hashes, proof) {
		return errors.New("the proof is not that of the tiles")
	}
	return nil
}

func same(one, other []tlog.Hash) bool {
	return len(one) == len(other) && (len(one) == 0 || reflect.DeepEqual(one, other))
}

// source is where the log's files are: a folder or an address.
type source string

func (base source) read(path string) ([]byte, error) {
	if !strings.HasPrefix(string(base), "http://") {
		return os.ReadFile(filepath.Join(string(base), filepath.FromSlash(path)))
	}
	response, err := http.Get(strings.TrimSuffix(string(base), "/") + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return io.ReadAll(response.Body)
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	default:
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
}

func (base source) Height() int { return 8 }

func (base source) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles knows C2SP's paths, which do not name the height that Go's do.
func (base source) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := base.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}
